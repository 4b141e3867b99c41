#include "embedded.h"

static const unsigned char openapi_yaml[] = {
#embed "../../openapi.yaml"
};

static const unsigned char page_html[] = {
#embed "page/page.html"
};

static const unsigned char page_css[] = {
#embed "page/page.css"
};

static const unsigned char page_js[] = {
#embed "page/request.js"
    ,
#embed "page/plot.js"
    ,
#embed "page/service.js"
    ,
#embed "page/page.js"
};

static const unsigned char catalogue_devices[] = {
#embed "catalogue/devices.json"
};

static const unsigned char catalogue_models[] = {
#embed "catalogue/models.json"
};

#define EMBEDDED(name) \
    struct embedded_file embedded_##name(void) { return (struct embedded_file){name, sizeof name}; }

EMBEDDED(openapi_yaml)
EMBEDDED(page_html)
EMBEDDED(page_css)
EMBEDDED(page_js)
EMBEDDED(catalogue_devices)
EMBEDDED(catalogue_models)
