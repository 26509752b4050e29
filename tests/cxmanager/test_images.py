import struct
import zlib
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from benefits.models import BenefitDefinition
from cxmanager import images


@pytest.fixture
def coffee(db) -> BenefitDefinition:
    return BenefitDefinition.objects.create(name="Free coffee", handle="free-coffee")


def upload(content: bytes, name: str = "picture.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def picture(form: str = "PNG", *, size=(40, 20), mode: str = "RGB", **options) -> bytes:
    written = BytesIO()
    Image.new(mode, size, "red" if mode == "RGB" else 0).save(written, form, **options)
    return written.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header claims any size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


class TestRewritten:
    @pytest.mark.parametrize(
        ("form", "mode"), [("PNG", "RGB"), ("JPEG", "RGB"), ("WEBP", "RGB"), ("JPEG", "CMYK"), ("PNG", "L")]
    )
    def test_writes_opaque_pictures_as_jpeg(self, form, mode):
        file = images.rewritten(upload(picture(form, mode=mode)))

        written = Image.open(file)
        assert (written.format, written.mode, written.size) == ("JPEG", "RGB", (40, 20))

    def test_keeps_transparency_as_png(self):
        written = Image.open(images.rewritten(upload(picture(mode="RGBA"))))

        assert (written.format, written.mode) == ("PNG", "RGBA")

    def test_drops_metadata_and_turns_it_upright(self):
        exif = Image.Exif()
        exif[0x0112] = 6  # turned by 90 degrees
        exif[0x010F] = "Where I live"
        file = images.rewritten(upload(picture("JPEG", exif=exif)))

        written = Image.open(file)
        assert written.size == (20, 40)
        assert not written.getexif()
        assert b"Where I live" not in file.read()

    def test_drops_what_hides_behind_the_picture(self):
        file = images.rewritten(upload(picture() + b"<script>alert(1)</script>"))

        assert b"script" not in file.read()

    def test_makes_large_ones_smaller(self):
        assert Image.open(images.rewritten(upload(picture(size=(4_000, 1_000))))).size == (2_000, 500)

    def test_names_the_file_itself(self):
        name = images.rewritten(upload(picture(), "../../etc/passwd.svg")).name

        assert name.endswith(".jpg")
        assert len(name) == 36

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"", "invalid_image"),
            (b"not a picture", "invalid_image"),
            (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "invalid_image"),
            (picture()[:60], "invalid_image"),
            (picture("GIF"), "invalid_image"),
            (picture("TIFF"), "invalid_image"),
            (bomb(6_000, 6_000), "image_too_many_pixels"),
            (bomb(12_000, 12_000), "image_too_many_pixels"),
            (bomb(60_000, 60_000), "image_too_many_pixels"),
            (bomb(100, 100), "invalid_image"),
            (picture() + b"0" * images.MOST_BYTES, "image_too_large"),
        ],
        ids=["empty", "text", "svg", "cut", "gif", "tiff", "36 MP", "144 MP", "3.6 GP", "no pixels", "6 MB"],
    )
    def test_refuses_with_a_sentence(self, content, code):
        with pytest.raises(ValidationError) as refused:
            images.rewritten(upload(content))

        assert refused.value.code == code
        assert refused.value.message.endswith(".")


class TestStored:
    def test_every_door_stores_the_rewritten_one_and_a_thumbnail(self, coffee):
        coffee.image = upload(picture("JPEG", size=(900, 450)), "mine.jpeg")
        coffee.save()

        fresh = BenefitDefinition.objects.get(pk=coffee.pk)
        assert fresh.image.name.startswith("benefits/")
        assert "mine" not in fresh.image.name
        with fresh.image.storage.open(images.thumbnail_name(fresh.image.name)) as file:
            assert Image.open(file).size == (160, 80)
        assert fresh.image.thumbnail_url.endswith(".small.jpg")

    def test_has_no_thumbnail_without_a_picture(self, coffee):
        assert coffee.image.thumbnail_url == ""

    def test_stores_nothing_of_a_bad_one(self, coffee):
        coffee.image = upload(b"nonsense")

        with pytest.raises(ValidationError):
            coffee.save()

        assert BenefitDefinition.objects.get(pk=coffee.pk).image.name == ""
