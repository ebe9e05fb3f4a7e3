"""Services whose paths moto lists one by one: here all paths lead in, and AWS's own model tells the operation."""

from moto.amp import urls as amp
from moto.cloudfront import urls as cloudfront
from moto.efs import urls as efs
from moto.route53 import urls as route53

for urls in (amp, cloudfront, efs, route53):
    dispatch = next(iter(urls.url_paths.values()))
    urls.url_paths.clear()
    urls.url_paths["{0}/.*"] = dispatch
