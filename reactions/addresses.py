"""Which addresses of the network may be reached: those of the public internet, and what the operator allows beside them."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings

Address = IPv4Address | IPv6Address
NAT64 = IPv6Network("64:ff9b::/96")
PUBLIC_V6 = IPv6Network("2000::/3")
# Within the public range, and yet no place to send to: Teredo, ORCHID, documentation, benchmarks.
NOT_PUBLIC = tuple(
    map(
        ip_network,
        (
            *("100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24"),
            *("203.0.113.0/24", "240.0.0.0/4", "2001::/23", "2001:db8::/32", "3fff::/20"),
        ),
    )
)


def read(text: str) -> Address:
    """The address, without the name of an interface. Raises ValueError."""
    return ip_address(text.partition("%")[0])


def may_reach(address: Address) -> bool:
    address = meant(address)
    return any(address in network for network in _allowed(tuple(settings.DELIVERY_ALLOWED_ADDRESSES))) or (
        is_public(address)
    )


def is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address not in PUBLIC_V6:
        return False
    return address.is_global and not address.is_multicast and not any(address in network for network in NOT_PUBLIC)


def meant(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, where it does: mapped, compatible, 6to4, NAT64."""
    if not isinstance(address, IPv6Address):
        return address
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and (address in NAT64 or int(address) < 2**32):
        inner = IPv4Address(int(address) & 0xFFFFFFFF)
    return inner if inner is not None and address != IPv6Address("::1") else address


@lru_cache(maxsize=8)
def _allowed(networks: tuple[str, ...]) -> tuple:
    return tuple(ip_network(network, strict=False) for network in networks)
