"""Where clusters fetch images of the console."""

from django.urls import path

from hosts.image_views import image_file

app_name = "images"
urlpatterns = [path("<str:token>/<str:name>", image_file, name="file")]
