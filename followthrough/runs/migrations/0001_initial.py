from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Executor',
            fields=[
                ('id', models.CharField(max_length=80, primary_key=True, serialize=False)),
                ('beat_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Shard',
            fields=[
                ('number', models.SmallIntegerField(primary_key=True, serialize=False)),
                ('owner', models.CharField(blank=True, max_length=80)),
                ('epoch', models.BigIntegerField(default=0)),
                ('lease_until', models.DateTimeField(null=True)),
            ],
        ),
    ]
