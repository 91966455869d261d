import django.db.models.deletion
import django.db.models.functions.datetime
import followthrough.audit.models
import followthrough.core.ids
import followthrough.store.models
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('audit', '0001_initial'),
        ('people', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('id', models.UUIDField(default=followthrough.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('organization_id', models.UUIDField()),
                ('xact', models.BigIntegerField(db_default=followthrough.audit.models.AuditXact(), editable=False)),
                ('touch_id', models.UUIDField()),
                ('application_id', models.UUIDField(null=True)),
                ('candidate_id', models.UUIDField()),
                ('attempt_id', models.UUIDField(null=True)),
                ('at', models.DateTimeField()),
                ('verdict', models.CharField(choices=[('send', 'Sent'), ('hold', 'Held'), ('merge', 'Merged'), ('drop', 'Not sent'), ('cancel', 'Cancelled'), ('fail', 'Could not be sent'), ('unknown', 'Outcome unknown')], max_length=10)),
                ('code', models.CharField(max_length=40)),
                ('until', models.DateTimeField(null=True)),
                ('checks', followthrough.store.models.JsonText(default=list)),
                ('policy_id', models.UUIDField(null=True)),
                ('version_id', models.UUIDField(null=True)),
                ('channel', models.CharField(blank=True, max_length=20)),
                ('commitment', models.CharField(blank=True, max_length=64)),
            ],
            options={
                'indexes': [models.Index(fields=['touch_id'], name='receipt_touch'), django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['xact'], name='receipt_xact', pages_per_range=16)],
            },
        ),
        migrations.CreateModel(
            name='Ask',
            fields=[
                ('id', models.UUIDField(default=followthrough.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('run_id', models.UUIDField()),
                ('touch_id', models.UUIDField(null=True)),
                ('key', models.CharField(max_length=80)),
                ('occurrence', models.CharField(max_length=60)),
                ('kind', models.CharField(max_length=20)),
                ('state', models.CharField(choices=[('open', 'Open'), ('answered', 'Answered'), ('closed', 'Closed unanswered')], default='open', max_length=10)),
                ('answer', models.CharField(blank=True, max_length=20)),
                ('opened_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('application', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='people.application')),
                ('organization', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.organization')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('run_id', 'key', 'occurrence'), name='ask_once')],
            },
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.UUIDField(default=followthrough.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('touch_id', models.UUIDField()),
                ('number', models.SmallIntegerField()),
                ('channel', models.CharField(max_length=20)),
                ('sender_id', models.UUIDField()),
                ('contact_point_id', models.UUIDField(null=True)),
                ('address_key', models.CharField(max_length=64)),
                ('state', models.CharField(choices=[('started', 'Started'), ('accepted', 'Accepted'), ('failed', 'Definitively failed'), ('expired', 'Never handed over'), ('unknown', 'Outcome unknown')], default='started', max_length=10)),
                ('provider_id', models.CharField(blank=True, max_length=200)),
                ('error', models.CharField(blank=True, max_length=40)),
                ('detail', models.CharField(blank=True, max_length=300)),
                ('epoch', models.BigIntegerField()),
                ('decided_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('started_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('organization', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.organization')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('provider_id', ''), _negated=True), fields=['sender_id', 'provider_id'], name='attempt_provider')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['failed', 'expired'])), fields=('touch_id', 'number'), name='attempt_closed_once'), models.UniqueConstraint(condition=models.Q(('state__in', ['started', 'unknown', 'accepted'])), fields=('touch_id',), name='attempt_open_once')],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.UUIDField(default=followthrough.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('direction', models.CharField(choices=[('in', 'From the candidate'), ('out', 'To the candidate')], max_length=3)),
                ('channel', models.CharField(max_length=20)),
                ('sender_id', models.UUIDField()),
                ('touch_id', models.UUIDField(null=True)),
                ('attempt_id', models.UUIDField(null=True)),
                ('raw_event_id', models.UUIDField(null=True)),
                ('subject', models.CharField(blank=True, max_length=500)),
                ('body', models.TextField()),
                ('reading', models.JSONField(null=True)),
                ('delivery', models.CharField(blank=True, max_length=20)),
                ('delivery_at', models.DateTimeField(null=True)),
                ('provider_id', models.CharField(blank=True, max_length=200)),
                ('at', models.DateTimeField()),
                ('application', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='people.application')),
                ('candidate', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='people.candidate')),
                ('contact_point', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='people.contactpoint')),
                ('organization', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.organization')),
            ],
            options={
                'indexes': [models.Index(fields=['candidate', 'id'], name='message_candidate')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('direction', 'in')), fields=('sender_id', 'provider_id'), name='message_in_once')],
            },
        ),
        migrations.CreateModel(
            name='Touch',
            fields=[
                ('id', models.UUIDField(default=followthrough.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('run_id', models.UUIDField(null=True)),
                ('version_id', models.UUIDField(null=True)),
                ('shard', models.SmallIntegerField()),
                ('origin', models.CharField(choices=[('map', 'Message map'), ('reply', 'Answer'), ('member', 'Member'), ('service', 'Service')], max_length=10)),
                ('key', models.CharField(max_length=80)),
                ('occurrence', models.CharField(max_length=60)),
                ('purpose', models.CharField(choices=[('informational', "About the candidate's own application"), ('outreach', 'Outreach'), ('reply', 'Answers what the candidate just wrote'), ('service', 'Opt-out confirmation or help')], max_length=20)),
                ('priority', models.SmallIntegerField(default=5)),
                ('state', models.CharField(choices=[('planned', 'Planned'), ('sending', 'Being handed over'), ('reconciling', 'Asking the provider whether it went out'), ('sent', 'Sent'), ('dropped', 'Not sent'), ('merged', 'Merged into another message'), ('cancelled', 'Cancelled'), ('failed', 'Could not be sent'), ('unknown', 'Unknown whether it went out')], default='planned', max_length=12)),
                ('due_at', models.DateTimeField()),
                ('useful_until', models.DateTimeField(null=True)),
                ('anchor_name', models.CharField(blank=True, max_length=40)),
                ('anchor_sequence', models.IntegerField(null=True)),
                ('relevance', models.JSONField(default=dict)),
                ('channels', models.JSONField(default=list)),
                ('content', models.JSONField(null=True)),
                ('reply_to_at', models.DateTimeField(null=True)),
                ('listened', models.BooleanField(default=False)),
                ('held_for', models.CharField(blank=True, max_length=40)),
                ('attempts', models.SmallIntegerField(default=0)),
                ('tries', models.SmallIntegerField(default=0)),
                ('epoch', models.BigIntegerField(null=True)),
                ('lease_until', models.DateTimeField(null=True)),
                ('planned_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('application', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='people.application')),
                ('candidate', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='people.candidate')),
                ('organization', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.organization')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('run_id', None)), fields=['application'], name='touch_application'), models.Index(condition=models.Q(('state', 'planned')), fields=['shard', 'due_at'], name='touch_due'), models.Index(condition=models.Q(('state__in', ['sending', 'reconciling'])), fields=['shard', 'candidate'], name='touch_leased')],
                'constraints': [models.UniqueConstraint(fields=('run_id', 'key', 'occurrence'), name='touch_once')],
            },
        ),
    ]
