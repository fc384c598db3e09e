// Asio, its TLS layer and Beast, compiled once: every other unit sees declarations only, and builds a third faster.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
