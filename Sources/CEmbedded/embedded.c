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

// Modules by what they need: the service joins them to one script, so none may name what a later one makes at its top.
static const unsigned char page_js[] = {
#embed "page/numbers.js"
    ,
#embed "page/scales.js"
    ,
#embed "page/fields.js"
    ,
#embed "page/words.js"
    ,
#embed "page/state.js"
    ,
#embed "page/requests.js"
    ,
#embed "page/answers.js"
    ,
#embed "page/commands.js"
    ,
#embed "page/dom.js"
    ,
#embed "page/terms.js"
    ,
#embed "page/service.js"
    ,
#embed "page/form.js"
    ,
#embed "page/head.js"
    ,
#embed "page/plot.js"
    ,
#embed "page/strip.js"
    ,
#embed "page/drift.js"
    ,
#embed "page/views.js"
    ,
#embed "page/size.js"
    ,
#embed "page/plan.js"
    ,
#embed "page/share.js"
    ,
#embed "page/histogram.js"
    ,
#embed "page/samples.js"
    ,
#embed "page/data.js"
    ,
#embed "page/trace.js"
    ,
#embed "page/replay.js"
    ,
#embed "page/files.js"
    ,
#embed "page/page.js"
};

static const unsigned char reference_html[] = {
#embed "page/reference.html"
};

static const unsigned char reference_js[] = {
#embed "page/dom.js"
    ,
#embed "page/service.js"
    ,
#embed "page/yaml.js"
    ,
#embed "page/reference.js"
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
EMBEDDED(reference_html)
EMBEDDED(reference_js)
EMBEDDED(catalogue_devices)
EMBEDDED(catalogue_models)
