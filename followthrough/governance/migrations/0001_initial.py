import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
import followthrough.audit.models
import followthrough.core.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('audit', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ConsentEntry',
            fields=[
                ('id', models.UUIDField(default=followthrough.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('organization_id', models.UUIDField()),
                ('xact', models.BigIntegerField(db_default=followthrough.audit.models.AuditXact(), editable=False)),
                ('candidate_id', models.UUIDField(null=True)),
                ('contact_point_id', models.UUIDField(null=True)),
                ('address_key', models.CharField(max_length=64)),
                ('channel', models.CharField(max_length=20)),
                ('purpose', models.CharField(blank=True, max_length=20)),
                ('scope', models.JSONField(default=dict)),
                ('state', models.CharField(choices=[('granted', 'May be contacted'), ('revoked', 'Opted out')], max_length=10)),
                ('basis', models.CharField(max_length=40)),
                ('source', models.CharField(max_length=40)),
                ('evidence', models.JSONField(default=dict)),
                ('actor_kind', models.CharField(max_length=20)),
                ('actor_id', models.CharField(max_length=80)),
                ('at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['organization_id', 'address_key', 'id'], name='consent_address'), models.Index(fields=['candidate_id'], name='consent_candidate'), django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['xact'], name='consent_xact', pages_per_range=16)],
            },
        ),
        migrations.CreateModel(
            name='AddressBlock',
            fields=[
                ('id', models.UUIDField(default=followthrough.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('address_key', models.CharField(max_length=64)),
                ('channel', models.CharField(max_length=20)),
                ('entry_id', models.UUIDField()),
                ('since', models.DateTimeField()),
                ('committed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('lifted_at', models.DateTimeField(null=True)),
                ('lifted_entry_id', models.UUIDField(null=True)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('lifted_at', None)), fields=('organization', 'address_key', 'channel'), name='block_standing_once')],
            },
        ),
        migrations.CreateModel(
            name='CapUse',
            fields=[
                ('id', models.UUIDField(default=followthrough.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('subject_key', models.CharField(max_length=64)),
                ('uses', models.JSONField(default=list)),
                ('organization', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.organization')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organization', 'subject_key'), name='capuse_subject')],
            },
        ),
        migrations.CreateModel(
            name='Freeze',
            fields=[
                ('id', models.UUIDField(default=followthrough.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('subject_kind', models.CharField(choices=[('organization', 'The whole organization'), ('candidate', 'A candidate'), ('application', 'An application'), ('map', 'A message map'), ('sender', 'A sender')], max_length=20)),
                ('subject_id', models.UUIDField()),
                ('why', models.CharField(max_length=40)),
                ('until', models.DateTimeField(null=True)),
                ('by', models.CharField(max_length=80)),
                ('begun_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by', models.CharField(blank=True, max_length=80)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('ended_at', None)), fields=['subject_id'], name='freeze_standing')],
            },
        ),
        migrations.CreateModel(
            name='Policy',
            fields=[
                ('id', models.UUIDField(default=followthrough.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.IntegerField()),
                ('document', models.JSONField()),
                ('content_hash', models.CharField(max_length=64)),
                ('author_id', models.CharField(max_length=80)),
                ('note', models.CharField(blank=True, max_length=300)),
                ('published_at', models.DateTimeField()),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organization', 'number'), name='policy_number')],
            },
        ),
    ]
