package io.biplane.api.service;

import io.biplane.api.Fields;
import io.biplane.api.Json;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.StreamSupport;

/**
 * The {@code spec} of a Service, read and changed in place. Setting an empty value removes the
 * field. Where {@code ""} says something else than leaving the field out, a client's empty value is
 * still there to be refused: {@link #has} tells the two apart.
 */
public final class ServiceSpec {
    /** {@code clusterIP} of a headless Service. */
    public static final String NONE = "None";

    static final String SINGLE_STACK = "SingleStack";
    static final String PREFER_DUAL_STACK = "PreferDualStack";
    static final String REQUIRE_DUAL_STACK = "RequireDualStack";

    private final ObjectNode spec;

    private ServiceSpec(ObjectNode spec) {
        this.spec = spec;
    }

    /** The spec of a Service; made if it has none. */
    public static ServiceSpec of(ObjectNode service) {
        return new ServiceSpec(Json.child(service, "spec"));
    }

    /** The tree behind this view. */
    ObjectNode json() {
        return spec;
    }

    /** ClusterIP, NodePort, LoadBalancer or ExternalName. */
    public String type() {
        return text("type");
    }

    boolean isType(String type) {
        return type().equals(type);
    }

    boolean isExternalName() {
        return isType("ExternalName");
    }

    boolean isLoadBalancer() {
        return isType("LoadBalancer");
    }

    /** Whether Services of this type have cluster IPs; {@code None} counts as one. */
    public boolean usesClusterIps() {
        return isType("ClusterIP") || usesNodePorts();
    }

    /** Whether Services of this type have node ports. */
    public boolean usesNodePorts() {
        return isType("NodePort") || isLoadBalancer();
    }

    /** Whether missing node ports are filled in. */
    public boolean allocatesNodePorts() {
        return isType("NodePort")
                || (isLoadBalancer()
                        && spec.path("allocateLoadBalancerNodePorts").booleanValue(true));
    }

    /** Whether the Service has a port on each node for a load balancer's health checks. */
    public boolean needsHealthCheck() {
        return isLoadBalancer() && text("externalTrafficPolicy").equals("Local");
    }

    /** Whether clients outside the cluster are meant to reach the Service. */
    boolean isExternallyAccessible() {
        return usesNodePorts() || (isType("ClusterIP") && !texts("externalIPs").isEmpty());
    }

    /** The first cluster IP, {@code None}, or empty. */
    public String clusterIp() {
        return text("clusterIP");
    }

    void setClusterIp(String clusterIp) {
        setText("clusterIP", clusterIp);
    }

    /** All cluster IPs in the order of the families, as the client spelled them. */
    public List<String> clusterIps() {
        return texts("clusterIPs");
    }

    /** Sets the plural field only. */
    void setClusterIpList(List<String> clusterIps) {
        setTexts("clusterIPs", clusterIps);
    }

    /** Sets all cluster IPs, and with them the singular field. */
    public void setClusterIps(List<String> clusterIps) {
        setClusterIpList(clusterIps);
        setClusterIp(clusterIps.isEmpty() ? "" : clusterIps.getFirst());
    }

    /** {@code clusterIPs} is exactly {@code None}: what validation calls headless. */
    public boolean isHeadless() {
        return clusterIps().equals(List.of(NONE));
    }

    /** {@code clusterIP} is {@code None}: what the family rules call headless. */
    boolean asksForNoClusterIp() {
        return clusterIp().equals(NONE);
    }

    boolean hasSelector() {
        return !spec.path("selector").isEmpty();
    }

    /** {@code ipFamilies}; not checked to be families. */
    public List<String> families() {
        return texts("ipFamilies");
    }

    void setFamilies(List<String> families) {
        setTexts("ipFamilies", families);
    }

    /** Whether the client or the server has chosen a policy, be it one that there is not. */
    boolean hasPolicy() {
        return has("ipFamilyPolicy");
    }

    /** {@code ipFamilyPolicy}, empty if there is none. */
    String policy() {
        return text("ipFamilyPolicy");
    }

    void setPolicy(String policy) {
        setText("ipFamilyPolicy", policy);
    }

    /** The alpha field {@code ipFamily}, empty if there is none. */
    String ipFamily() {
        return text("ipFamily");
    }

    void setIpFamily(String family) {
        setText("ipFamily", family);
    }

    /** {@code ports}; their trees may be changed. */
    public List<ObjectNode> ports() {
        List<ObjectNode> ports = new ArrayList<>();
        for (JsonNode port : spec.path("ports")) {
            if (port instanceof ObjectNode object) {
                ports.add(object);
            }
        }
        return ports;
    }

    /** {@code healthCheckNodePort}, 0 if there is none. */
    public int healthCheckNodePort() {
        return number("healthCheckNodePort");
    }

    /** Sets {@code healthCheckNodePort}; 0 removes it. */
    public void setHealthCheckNodePort(int port) {
        if (port == 0) {
            remove("healthCheckNodePort");
        } else {
            spec.put("healthCheckNodePort", port);
        }
    }

    /** The node port of one of {@link #ports}, 0 if it has none. */
    public static int nodePort(ObjectNode port) {
        return port.path("nodePort").intValue(0);
    }

    String text(String field) {
        return Fields.string(spec, field);
    }

    private void setText(String field, String value) {
        if (value.isEmpty()) {
            remove(field);
        } else {
            spec.put(field, value);
        }
    }

    int number(String field) {
        return spec.path(field).intValue(0);
    }

    List<String> texts(String field) {
        return StreamSupport.stream(spec.path(field).spliterator(), false)
                .map(n -> n.stringValue(""))
                .toList();
    }

    private void setTexts(String field, List<String> values) {
        if (values.isEmpty()) {
            remove(field);
        } else {
            spec.set(field, array(values));
        }
    }

    void remove(String field) {
        spec.remove(field);
    }

    @Nullable JsonNode get(String field) {
        JsonNode value = spec.get(field);
        return value == null || value.isNull() ? null : value;
    }

    boolean has(String field) {
        return get(field) != null;
    }

    /** Whether both have the same value, or none, in this field. */
    boolean same(String field, ServiceSpec other) {
        return Objects.equals(get(field), other.get(field));
    }

    /** A list of strings as faults print it. */
    static ArrayNode array(List<String> values) {
        ArrayNode array = Json.array();
        values.forEach(array::add);
        return array;
    }
}
