"""Pictures that people upload: checked by their content, written anew, and made small for lists (behaviour.md 11)."""

import warnings
from io import BytesIO
from pathlib import PurePosixPath

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.db import models
from django.db.models.fields.files import ImageFieldFile
from PIL import Image, ImageOps, UnidentifiedImageError
from uuid_utils.compat import uuid7

MOST_BYTES = 5 * 1024 * 1024
# A picture of this many pixels takes 100 MB in memory while it is read; a bomb of 200 kB can claim a hundred times more.
MOST_PIXELS = 25_000_000
LONGEST_SIDE = 2_000
THUMBNAIL_SIDE = 160
FORMATS = ("PNG", "JPEG", "WEBP")


def refuse(sentence: str, code: str) -> ValidationError:
    return ValidationError(sentence, code=code)


def rewritten(upload: File) -> ContentFile:
    """The same picture as a new file under a new name: no metadata, no hidden content, at most 2,000 pixels a side.

    JPEG, or PNG where it is transparent. Raises ValidationError: image_too_large, image_too_many_pixels, invalid_image.
    """
    picture = _read(upload)
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    return _as_file(picture, name=uuid7().hex)


def thumbnail_of(upload: File, *, name: str) -> ContentFile:
    """A small one for lists, named as `thumbnail_name` says."""
    picture = _read(upload)
    picture.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS)
    return _as_file(picture, name=PurePosixPath(thumbnail_name(name)).stem)


def thumbnail_name(name: str) -> str:
    """Where the thumbnail of a stored picture lies: `benefits/a.png` → `benefits/a.small.png`."""
    path = PurePosixPath(name)
    return str(path.with_name(f"{path.stem}.small{path.suffix}"))


def _read(upload: File) -> Image.Image:
    """The first frame, upright, in plain colours. The size is asked before a pixel is decoded."""
    if upload.size > MOST_BYTES:
        raise refuse("The picture is larger than 5 MB.", "image_too_large")
    try:
        upload.seek(0)
        with warnings.catch_warnings():
            # Pillow only warns between its own limit and twice that.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(upload, formats=FORMATS)
            if picture.width * picture.height > MOST_PIXELS:
                raise refuse("The picture has more than 25 million pixels.", "image_too_many_pixels")
            picture.load()
            picture = ImageOps.exif_transpose(picture)
            return picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise refuse("The picture has more than 25 million pixels.", "image_too_many_pixels") from error
    except UnidentifiedImageError as error:
        raise refuse("This is not a PNG, JPEG or WebP picture.", "invalid_image") from error
    except ValidationError:
        raise
    except Exception as error:
        # Pillow's readers raise whatever they stumble over in a broken file: OSError, SyntaxError, struct.error, …
        raise refuse("This picture is damaged and cannot be read.", "invalid_image") from error


def _as_file(picture: Image.Image, *, name: str) -> ContentFile:
    plain = Image.new(picture.mode, picture.size)
    plain.paste(picture)
    written = BytesIO()
    if plain.mode == "RGBA":
        plain.save(written, "PNG", optimize=True)
        return ContentFile(written.getvalue(), name=f"{name}.png")
    plain.save(written, "JPEG", quality=88, optimize=True, progressive=True)
    return ContentFile(written.getvalue(), name=f"{name}.jpg")


class PictureFile(ImageFieldFile):
    """What a PictureField holds: every file that reaches the storage was rewritten, by whichever door it came."""

    def save(self, name: str, content: File, save: bool = True) -> None:
        picture = rewritten(content)
        super().save(picture.name, picture, save=save)
        small = thumbnail_of(picture, name=self.name)
        # Under the picture's own name, so that one is found from the other without a column.
        self.storage.save(thumbnail_name(self.name), small)

    save.alters_data = True

    @property
    def thumbnail_url(self) -> str:
        """The address of the small one; empty without a picture."""
        return self.storage.url(thumbnail_name(self.name)) if self else ""


class PictureFormField(forms.FileField):
    """An upload whose content must be a picture; the error says what is wrong with it."""

    widget = forms.ClearableFileInput

    def to_python(self, data):
        upload = super().to_python(data)
        if upload is not None:
            # Only looked at here: the model's field rewrites it when it is stored.
            _read(upload)
        return upload

    def widget_attrs(self, widget) -> dict:
        return super().widget_attrs(widget) | {"accept": "image/*"}


class PictureField(models.ImageField):
    """An ImageField that stores only rewritten pictures, each with a thumbnail."""

    attr_class = PictureFile

    def formfield(self, **kwargs):
        return models.FileField.formfield(self, **{"form_class": PictureFormField, **kwargs})
