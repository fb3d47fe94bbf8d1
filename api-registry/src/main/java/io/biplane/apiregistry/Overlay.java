package io.biplane.apiregistry;

import java.util.Map;

/** Fields that Biplane serves and today's models no longer have. */
final class Overlay {
    private Overlay() {}

    /** {@code ServiceSpec.ipFamily} of v1.16 to v1.19, under its protobuf number of then. */
    static void ipFamily(Map<String, Type> types) {
        Type spec = types.get("io.k8s.api.core.v1.ServiceSpec");
        if (spec == null) {
            throw new IllegalStateException("there is no ServiceSpec");
        }
        spec.fields.put(
                "ipFamily",
                new Type.Field(
                        "string",
                        "15",
                        false,
                        "ipFamily is the IP family of this Service, IPv4 or IPv6: the family of"
                                + " the addresses that it gets and of the endpoints that it leads"
                                + " to. If it is not given, it is the family of the first service"
                                + " range of the cluster. It always equals the first entry of"
                                + " ipFamilies; to ask for both families use ipFamilies and"
                                + " ipFamilyPolicy. It is set on creation and cannot be changed"
                                + " afterwards, unless the Service is of type ExternalName."));
    }
}
