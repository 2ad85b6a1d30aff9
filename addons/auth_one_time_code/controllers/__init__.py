from . import address_session, asking, login, login_addresses
