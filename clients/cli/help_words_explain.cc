#include "clients/cli/help.h"

namespace fairlead {

const CommandWords kExplainWords = {"explain",
                                    "why a container gets no requests, or what a URL would get",
                                    "fairlead explain CONTAINER|URL... [flags]",
                                    R"(Answers why.

Of a CONTAINER (its name or id, the beginning of either, or HOST/NAME): the first
thing that keeps requests from it, with its cure, or that nothing does. Below stand its
words and what was made of them, its routes and clusters, and for each proxy the address
that it is sent and how it took up the resources that carry the container.

Of a URL: which listener, virtual host, route, cluster and containers a request would
get, and by which rule. It evaluates the resources that proxies are sent, those that
were put included, by Envoy's own rules; no request is sent. The first line says what
the client gets; a step a line says why:
  listener       the one at the URL's port, or the proxies' own for its scheme
  virtual host   by the host: a name, else the longest *.NAME, else the longest NAME.*,
                 else the one for all (regular expressions and the default host)
  route          the first of the virtual host's that fits
  access         whom the route lets in (NETWORK_ACCESS=internal)
  cluster, path  who is asked, and for what
and below are the containers, with the address that each proxy asks. What only a
running proxy knows stands last. The flags are for URLs.

The exit code is 0 whatever the answer.)",
                                    R"(  fairlead explain shop_web_1
  fairlead explain h2/shop_web_1               the one on host h2
  fairlead explain http://shop.example/api/users
  fairlead explain https://shop.example/ --method POST --header 'Content-Type: text/plain'
  fairlead explain http://shop.example/ --port 8080    where port 80 is mapped to 8080
  fairlead explain http://shop.example/ --client 203.0.113.9
  fairlead explain http://a.example/ http://b.example/ -o json    an object a line)",
                                    true};

}  // namespace fairlead
