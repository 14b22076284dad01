from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("nutanix", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="prism",
            name="alarmed",
            field=models.BooleanField(default=False, editable=False, verbose_name="refused"),
        ),
    ]
