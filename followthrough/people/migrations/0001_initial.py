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
            name='Connection',
            fields=[
                ('id', models.UUIDField(default=followthrough.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=30)),
                ('name', models.CharField(max_length=200)),
                ('token', models.CharField(max_length=64, unique=True)),
                ('base_url', models.URLField(blank=True)),
                ('credentials', models.JSONField(default=dict)),
                ('webhook_secrets', models.JSONField(default=list)),
                ('active', models.BooleanField(default=True)),
                ('last_event_at', models.DateTimeField(null=True)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Candidate',
            fields=[
                ('id', models.UUIDField(default=followthrough.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('external_id', models.CharField(max_length=200)),
                ('shard', models.SmallIntegerField()),
                ('given_name', models.CharField(blank=True, max_length=200)),
                ('family_name', models.CharField(blank=True, max_length=200)),
                ('locale', models.CharField(default='en', max_length=12)),
                ('country', models.CharField(blank=True, max_length=2)),
                ('region', models.CharField(blank=True, max_length=10)),
                ('zone_stated', models.CharField(blank=True, max_length=64)),
                ('zone_stated_at', models.DateTimeField(null=True)),
                ('zone_address', models.CharField(blank=True, max_length=64)),
                ('last_inbound_at', models.DateTimeField(null=True)),
                ('seen_version', models.DateTimeField(null=True)),
                ('seen_digest', models.CharField(db_default='', default='', max_length=32)),
                ('organization', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('connection', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.connection')),
            ],
        ),
        migrations.CreateModel(
            name='ContactPoint',
            fields=[
                ('id', models.UUIDField(default=followthrough.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('phone', 'Phone'), ('email', 'Email')], max_length=10)),
                ('written', models.CharField(max_length=320)),
                ('address', models.CharField(blank=True, max_length=320)),
                ('address_key', models.CharField(blank=True, max_length=64)),
                ('usable', models.BooleanField(default=True)),
                ('unusable_reason', models.CharField(blank=True, max_length=40)),
                ('position', models.SmallIntegerField(default=0)),
                ('candidate', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='contact_points', to='people.candidate')),
                ('organization', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.organization')),
            ],
        ),
        migrations.CreateModel(
            name='Requisition',
            fields=[
                ('id', models.UUIDField(default=followthrough.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('external_id', models.CharField(max_length=200)),
                ('title', models.CharField(max_length=200)),
                ('family', models.CharField(blank=True, max_length=80)),
                ('seen_version', models.DateTimeField(null=True)),
                ('seen_digest', models.CharField(db_default='', default='', max_length=32)),
                ('connection', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.connection')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
        ),
        migrations.CreateModel(
            name='Application',
            fields=[
                ('id', models.UUIDField(default=followthrough.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('external_id', models.CharField(max_length=200)),
                ('stage', models.CharField(choices=[('lead', 'Lead'), ('applied', 'Applied'), ('screen', 'Screen'), ('interview', 'Interview'), ('offer', 'Offer'), ('checks', 'Checks and paperwork'), ('hired', 'Hired'), ('rejected', 'Not moving forward'), ('withdrawn', 'Withdrawn'), ('unmapped', 'Unmapped')], default='unmapped', max_length=20)),
                ('ats_stage', models.CharField(blank=True, max_length=200)),
                ('stage_since', models.DateTimeField(null=True)),
                ('seen_version', models.DateTimeField(null=True)),
                ('seen_digest', models.CharField(db_default='', default='', max_length=32)),
                ('fields', models.JSONField(default=dict)),
                ('organization', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('candidate', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='applications', to='people.candidate')),
                ('connection', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.connection')),
                ('requisition', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.requisition')),
            ],
        ),
        migrations.CreateModel(
            name='Site',
            fields=[
                ('id', models.UUIDField(default=followthrough.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200)),
                ('external_id', models.CharField(blank=True, max_length=200)),
                ('address', models.CharField(blank=True, max_length=300)),
                ('country', models.CharField(max_length=2)),
                ('region', models.CharField(blank=True, max_length=10)),
                ('zone', models.CharField(max_length=64)),
                ('seen_version', models.DateTimeField(null=True)),
                ('seen_digest', models.CharField(db_default='', default='', max_length=32)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
        ),
        migrations.AddField(
            model_name='requisition',
            name='site',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='requisitions', to='people.site'),
        ),
        migrations.CreateModel(
            name='StageChange',
            fields=[
                ('id', models.UUIDField(default=followthrough.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('from_stage', models.CharField(blank=True, max_length=20)),
                ('to_stage', models.CharField(max_length=20)),
                ('ats_stage', models.CharField(max_length=200)),
                ('source_time', models.DateTimeField(null=True)),
                ('observed_at', models.DateTimeField()),
                ('raw_event_id', models.UUIDField(null=True)),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='people.application')),
                ('organization', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.organization')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='StageMapping',
            fields=[
                ('id', models.UUIDField(default=followthrough.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('ats_stage', models.CharField(max_length=200)),
                ('stage', models.CharField(choices=[('lead', 'Lead'), ('applied', 'Applied'), ('screen', 'Screen'), ('interview', 'Interview'), ('offer', 'Offer'), ('checks', 'Checks and paperwork'), ('hired', 'Hired'), ('rejected', 'Not moving forward'), ('withdrawn', 'Withdrawn'), ('unmapped', 'Unmapped')], max_length=20)),
                ('connection', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mappings', to='people.connection')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
        ),
        migrations.CreateModel(
            name='WriteBack',
            fields=[
                ('id', models.UUIDField(default=followthrough.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('shard', models.SmallIntegerField()),
                ('kind', models.CharField(max_length=20)),
                ('payload', models.JSONField(default=dict)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('done', 'Done'), ('parked', 'Needs a person')], default='waiting', max_length=10)),
                ('tries', models.SmallIntegerField(default=0)),
                ('next_try_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('problem', models.CharField(blank=True, max_length=300)),
                ('created_at', models.DateTimeField()),
                ('done_at', models.DateTimeField(null=True)),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='write_backs', to='people.application')),
                ('connection', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.connection')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
        ),
        migrations.CreateModel(
            name='Anchor',
            fields=[
                ('id', models.UUIDField(default=followthrough.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=40)),
                ('at', models.DateTimeField(null=True)),
                ('sequence', models.IntegerField(default=1)),
                ('organization', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.organization')),
                ('application', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='anchors', to='people.application')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('application', 'name'), name='anchor_once')],
            },
        ),
        migrations.AddConstraint(
            model_name='candidate',
            constraint=models.UniqueConstraint(fields=('connection', 'external_id'), name='candidate_once'),
        ),
        migrations.AddIndex(
            model_name='contactpoint',
            index=models.Index(fields=['organization', 'address_key'], name='contact_address'),
        ),
        migrations.AddConstraint(
            model_name='contactpoint',
            constraint=models.UniqueConstraint(fields=('candidate', 'kind', 'written'), name='contact_once'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.UniqueConstraint(fields=('connection', 'external_id'), name='application_once'),
        ),
        migrations.AddConstraint(
            model_name='site',
            constraint=models.UniqueConstraint(fields=('organization', 'name'), name='site_name'),
        ),
        migrations.AddConstraint(
            model_name='requisition',
            constraint=models.UniqueConstraint(fields=('connection', 'external_id'), name='requisition_once'),
        ),
        migrations.AddConstraint(
            model_name='stagemapping',
            constraint=models.UniqueConstraint(fields=('connection', 'ats_stage'), name='mapping_once'),
        ),
        migrations.AddIndex(
            model_name='writeback',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['shard', 'next_try_at'], name='writeback_waiting'),
        ),
    ]
