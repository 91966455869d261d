import django.db.models.deletion
import followthrough.core.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('people', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Handoff',
            fields=[
                ('id', models.UUIDField(default=followthrough.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(choices=[('unclear', 'The answer needs a person'), ('declined', 'The candidate said no'), ('opted_out', 'Opted out with an interview ahead'), ('unknown_outcome', 'Nobody knows whether a message went out'), ('unreachable', 'No way to reach the candidate'), ('ambiguous_stop', 'May have asked to stop messages')], max_length=40)),
                ('message_id', models.UUIDField(null=True)),
                ('touch_id', models.UUIDField(null=True)),
                ('freeze_id', models.UUIDField(null=True)),
                ('opened_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('resolved_at', models.DateTimeField(null=True)),
                ('resolved_by', models.CharField(blank=True, max_length=80)),
                ('application', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='handoffs', to='people.application')),
                ('candidate', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='handoffs', to='people.candidate')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.member')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('resolved_at', None)), fields=['organization', 'due_at'], name='handoff_open')],
            },
        ),
    ]
