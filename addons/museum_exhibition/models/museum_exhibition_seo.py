# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.http import request
from odoo.tools import html2plaintext

META_LENGTH = 160  # what search engines show of a description


class MuseumExhibition(models.Model):
    """What search engines and social networks are told of an exhibition."""

    _inherit = "museum.exhibition"

    # --- pictures ----------------------------------------------------------------

    def _gallery(self):
        """The pictures of the page, the main one first.

        :return: list of (record with an image, alternative text); the main picture
            says nothing that the title does not say
        """
        self.ensure_one()
        pictures = []
        if self.with_context(bin_size=True).image_1920:
            pictures.append((self, ""))
        pictures += [
            (image, image.name or "")
            for image in self.image_ids.with_context(bin_size=True)
            if image.image_1920
        ]
        return pictures

    # --- social preview ----------------------------------------------------------

    def _short_text(self):
        """Summary, or the beginning of the story, as plain text for previews."""
        self.ensure_one()
        text = self.summary or html2plaintext(self.description or "")
        text = " ".join(text.split()) or self.name
        if len(text) <= META_LENGTH:
            return text
        return text[: META_LENGTH - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"

    def _default_website_meta(self):
        """Title, text and picture for search engines and shared links."""
        meta = super()._default_website_meta()
        text = self._short_text()
        meta["default_opengraph"]["og:description"] = text
        meta["default_twitter"]["twitter:description"] = text
        meta["default_meta_description"] = text
        if self.with_context(bin_size=True).image_1024:
            picture = request.website.image_url(self, "image_1024")
            meta["default_opengraph"]["og:image"] = picture
            meta["default_opengraph"]["og:image:alt"] = self.name
            meta["default_twitter"]["twitter:image"] = picture
            meta["default_twitter"]["twitter:image:alt"] = self.name
        return meta
