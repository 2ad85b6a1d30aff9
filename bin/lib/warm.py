"""Build the asset bundles that the first pages need (read by `odoo shell`)."""

website = env["website"].search([], order="id", limit=1)
qweb = env["ir.qweb"].with_context(
    website_id=website.id, lang=website.default_lang_id.code
)
for bundle in (
    "web.assets_frontend",
    "web.assets_frontend_minimal",
    "web.assets_frontend_lazy",
):
    asset = qweb._get_asset_bundle(bundle, assets_params={"website_id": website.id})
    asset.css()
    asset.js()
qweb = env["ir.qweb"]
for bundle in (
    "web.assets_web",
    "web.assets_web_print",
    "web._assets_core",
    "web.assets_emoji",
    "web_tour.interactive",
    "bus.websocket_worker_assets",
):
    asset = qweb._get_asset_bundle(bundle)
    asset.css()
    asset.js()
env.cr.commit()
