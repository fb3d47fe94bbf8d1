package io.biplane.proxy.service;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;

import io.biplane.api.view.EndpointSliceView;
import io.biplane.api.view.ServiceView;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Views made from short JSON. */
public final class Objects {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private Objects() {}

    /** A Service in namespace {@code ns}; {@code spec} with apostrophes for quotes. */
    public static ServiceView service(String name, String spec) {
        return service(name, spec, "ns");
    }

    /** A Service; {@code spec} with apostrophes for quotes. */
    public static ServiceView service(String name, String spec, String namespace) {
        return ServiceView.of(
                parse(
                        "{'metadata':{'namespace':'%s','name':'%s'},'spec':%s}",
                        namespace, name, spec));
    }

    /** A slice in namespace {@code ns}; ports and endpoints with apostrophes for quotes. */
    public static EndpointSliceView slice(
            String name, String service, String type, String ports, String endpoints) {
        return slice(name, service, type, ports, endpoints, "ns");
    }

    /** A slice; ports and endpoints with apostrophes for quotes. */
    public static EndpointSliceView slice(
            String name,
            String service,
            String type,
            String ports,
            String endpoints,
            String namespace) {
        return EndpointSliceView.of(
                parse(
                        "{'metadata':{'namespace':'%s','name':'%s','labels':"
                                + "{'kubernetes.io/service-name':'%s'}},'addressType':'%s',"
                                + "'ports':%s,'endpoints':%s}",
                        namespace, name, service, type, ports, endpoints));
    }

    @FormatMethod
    private static ObjectNode parse(@FormatString String format, Object... arguments) {
        return (ObjectNode) JSON.readTree(format.formatted(arguments).replace('\'', '"'));
    }
}
