#include "clients/cli/help.h"

namespace fairlead {

const CommandWords kCertificatesWords = {
    "certificates",
    "TLS certificates of hosts: for what, until when, where from",
    "fairlead certificates [COMMAND] [flags]",
    R"(Lists the TLS certificates that are served: those of the server's directory
(--certificates-dir), and those that were put. Of one name the directory's is served.

FOR are the names that it was issued for; EXPIRES is how long it is still valid;
FROM is its file, or 'put'; CLIENTS is ASKED where clients have to show a certificate.
What is wrong stands below the table. Private keys are in no answer.)",
    R"(  fairlead certificates
  fairlead certificates -o wide               with all names
  fairlead certificates put shop.example --cert shop.crt --key shop.key
  fairlead certificates delete shop.example)",
    true};

const CommandWords kCertificatesPutWords = {
    "put",
    "put one, in the place of the one of its name",
    "fairlead certificates put NAME --cert FILE --key FILE [flags]",
    R"(Puts a certificate for the hosts that find it by its name: the host of that name, hosts
one level below that domain, hosts with CERT_NAME=NAME, and, with the name 'default',
all that have none. It stays when the server restarts. Files are in PEM.

One that cannot be served (key and certificate do not belong together, a key with a
password) is refused, and the one before stays. Proxies take the new one up at once,
and no connection is cut.)",
    R"(  fairlead certificates put shop.example --cert fullchain.pem --key privkey.pem
  fairlead certificates put shop.example --cert c.pem --key k.pem --client-ca ca.pem)",
    true};

const CommandWords kCertificatesDeleteWords = {
    "delete",
    "delete one that was put",
    "fairlead certificates delete NAME [flags]",
    R"(Deletes a certificate that was put (exit code 3 if there is none). One of the server's
directory is deleted there.)",
    "  fairlead certificates delete shop.example",
    true};

}  // namespace fairlead
