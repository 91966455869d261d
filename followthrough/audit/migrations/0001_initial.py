import django.contrib.postgres.indexes
import followthrough.audit.models
import followthrough.core.ids
import followthrough.store.models
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        # The number of the writing transaction. The offset is raised when the database has been
        # restored into a server whose own counter starts lower (see audit.sealer).
        migrations.RunSQL(
            "CREATE FUNCTION audit_xact() RETURNS bigint LANGUAGE sql VOLATILE PARALLEL UNSAFE"
            " AS 'SELECT pg_current_xact_id()::text::bigint + 0'",
            "DROP FUNCTION audit_xact()",
        ),
        migrations.CreateModel(
            name='Block',
            fields=[
                ('id', models.UUIDField(default=followthrough.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('organization_id', models.UUIDField()),
                ('height', models.BigIntegerField()),
                ('from_xact', models.BigIntegerField()),
                ('to_xact', models.BigIntegerField()),
                ('rows', models.IntegerField()),
                ('root', models.CharField(max_length=64)),
                ('previous', models.CharField(max_length=64)),
                ('digest', models.CharField(max_length=64)),
                ('sealed_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organization_id', 'height'), name='block_height')],
                'indexes': [models.Index(fields=['to_xact'], name='block_frontier')],
            },
        ),
        migrations.CreateModel(
            name='Fact',
            fields=[
                ('id', models.UUIDField(default=followthrough.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('organization_id', models.UUIDField()),
                ('xact', models.BigIntegerField(db_default=followthrough.audit.models.AuditXact(), editable=False)),
                ('at', models.DateTimeField()),
                ('actor_kind', models.CharField(max_length=20)),
                ('actor_id', models.CharField(max_length=80)),
                ('verb', models.CharField(max_length=40)),
                ('subject_kind', models.CharField(max_length=30)),
                ('subject_id', models.UUIDField()),
                ('why', followthrough.store.models.JsonText(default=dict)),
            ],
            options={
                'indexes': [models.Index(fields=['subject_id', 'id'], name='fact_subject'), django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['xact'], name='fact_xact', pages_per_range=16)],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('actor_kind', ''), _negated=True), models.Q(('actor_id', ''), _negated=True)), name='fact_has_actor')],
            },
        ),
    ]
