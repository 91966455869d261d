from django.db import migrations

from followthrough.people.plain import PlainField, plain_text

BATCH = 5000


def fill(apps, schema_editor):
    """Rows that are there already get the words of their names and titles."""
    for name, column, texts in (
        ("Candidate", "plain_name", ("family_name", "given_name")),
        ("Requisition", "plain_title", ("title",)),
    ):
        model = apps.get_model("people", name)
        rows = list(model.objects.values_list("id", *texts))
        for start in range(0, len(rows), BATCH):
            batch = [model(id=key, **{column: plain_text(*said)}) for key, *said in rows[start : start + BATCH]]
            model.objects.bulk_update(batch, [column])


class Migration(migrations.Migration):

    dependencies = [
        ("people", "0003_desk_indexes"),
    ]

    operations = [
        migrations.AddField(
            model_name="candidate",
            name="plain_name",
            field=PlainField(of="family_name given_name"),
        ),
        migrations.AddField(
            model_name="requisition",
            name="plain_title",
            field=PlainField(of="title"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
