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
            name='MessageMap',
            fields=[
                ('id', models.UUIDField(default=followthrough.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200)),
                ('slug', models.SlugField(max_length=80)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
        ),
        migrations.CreateModel(
            name='Assignment',
            fields=[
                ('id', models.UUIDField(default=followthrough.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('family', models.CharField(blank=True, max_length=80)),
                ('position', models.IntegerField(default=0)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('requisition', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.requisition')),
                ('site', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.site')),
                ('map', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='assignments', to='journeys.messagemap')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Run',
            fields=[
                ('id', models.UUIDField(default=followthrough.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('state', models.JSONField()),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('end_reason', models.CharField(blank=True, max_length=40)),
                ('application', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='run', to='people.application')),
                ('organization', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.organization')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Version',
            fields=[
                ('id', models.UUIDField(default=followthrough.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.IntegerField()),
                ('document', models.JSONField()),
                ('schema', models.SmallIntegerField(default=1)),
                ('content_hash', models.CharField(max_length=64)),
                ('author_id', models.CharField(max_length=80)),
                ('note', models.CharField(blank=True, max_length=300)),
                ('published_at', models.DateTimeField()),
                ('map', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='journeys.messagemap')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
        ),
        migrations.CreateModel(
            name='RunMove',
            fields=[
                ('id', models.UUIDField(default=followthrough.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('why', models.CharField(max_length=80)),
                ('by', models.CharField(max_length=80)),
                ('at', models.DateTimeField()),
                ('organization', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.organization')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='moves', to='journeys.run')),
                ('from_version', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='journeys.version')),
                ('to_version', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='journeys.version')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='run',
            name='version',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='runs', to='journeys.version'),
        ),
        migrations.AddConstraint(
            model_name='messagemap',
            constraint=models.UniqueConstraint(fields=('organization', 'slug'), name='map_slug'),
        ),
        migrations.AddConstraint(
            model_name='version',
            constraint=models.UniqueConstraint(fields=('map', 'number'), name='version_number'),
        ),
    ]
