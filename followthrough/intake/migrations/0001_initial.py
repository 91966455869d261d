import django.db.models.deletion
import django.db.models.functions.datetime
import followthrough.core.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='RawEvent',
            fields=[
                ('id', models.UUIDField(default=followthrough.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('ats', 'From an ATS'), ('channel', 'From a messaging provider')], max_length=10)),
                ('source_id', models.UUIDField()),
                ('dedupe_key', models.CharField(max_length=200)),
                ('shard', models.SmallIntegerField()),
                ('headers', models.JSONField(default=dict)),
                ('body', models.BinaryField()),
                ('state', models.CharField(choices=[('stored', 'Waiting to be worked off'), ('done', 'Worked off'), ('parked', 'Needs a person')], default='stored', max_length=10)),
                ('outcome', models.CharField(blank=True, max_length=200)),
                ('tries', models.SmallIntegerField(default=0)),
                ('received_at', models.DateTimeField()),
                ('next_try_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('organization', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.organization')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'stored')), fields=['shard', 'id'], name='raw_waiting')],
                'constraints': [models.UniqueConstraint(fields=('source_id', 'dedupe_key'), name='raw_once')],
            },
        ),
    ]
