from django.db import migrations, models

import hosts.models.volume


class Migration(migrations.Migration):

    dependencies = [
        ('hosts', '0005_first_boot'),
    ]

    operations = [
        # What was made before there was a choice is ext4, whatever is chosen now.
        migrations.AddField(
            model_name='volume',
            name='filesystem',
            field=models.CharField(choices=[('ext4', 'ext4'), ('xfs', 'XFS')], default='ext4', editable=False, max_length=4, verbose_name='kind of file system'),
        ),
        migrations.AlterField(
            model_name='volume',
            name='filesystem',
            field=models.CharField(choices=[('ext4', 'ext4'), ('xfs', 'XFS')], default=hosts.models.volume.chosen_filesystem, editable=False, max_length=4, verbose_name='kind of file system'),
        ),
    ]
