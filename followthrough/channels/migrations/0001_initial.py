import django.db.models.deletion
import followthrough.core.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Sender',
            fields=[
                ('id', models.UUIDField(default=followthrough.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('channel', models.CharField(max_length=20)),
                ('adapter', models.CharField(max_length=30)),
                ('name', models.CharField(max_length=200)),
                ('address', models.CharField(max_length=320)),
                ('token', models.CharField(max_length=64, unique=True)),
                ('config', models.JSONField(default=dict)),
                ('secrets', models.JSONField(default=dict)),
                ('active', models.BooleanField(default=True)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SandboxMessage',
            fields=[
                ('id', models.UUIDField(default=followthrough.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=80, unique=True)),
                ('to', models.CharField(max_length=320)),
                ('subject', models.CharField(blank=True, max_length=500)),
                ('body', models.TextField()),
                ('at', models.DateTimeField()),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('sender', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='channels.sender')),
            ],
            options={
                'indexes': [models.Index(fields=['to', 'id'], name='sandbox_to')],
            },
        ),
    ]
