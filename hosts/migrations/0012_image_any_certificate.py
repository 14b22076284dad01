from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("hosts", "0011_volume_driver_login"),
    ]

    operations = [
        migrations.AddField(
            model_name="imagefetch",
            name="any_certificate",
            field=models.BooleanField(default=False, verbose_name="from any certificate"),
        ),
    ]
