package io.biplane.api.strategy.pod;

import io.biplane.api.FieldError;
import io.biplane.api.validation.FieldPath;
import io.biplane.api.validation.Names;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The rules for texts of a pod's spec that may be left out, but must be right where they are given;
 * an empty text is given, too. One row for each field.
 */
final class OptionalFields {
    private static final String NAME_OF_INITIATOR = "(iqn|eui|naa).*";

    private static final List<Row> OF_SPEC =
            List.of(
                    row("hostnameOverride", Names::dnsSubdomain),
                    row("runtimeClassName", Names::dnsSubdomain),
                    new Row("preemptionPolicy", OptionalFields::preemption),
                    oneOf("securityContext.fsGroupChangePolicy", "Always", "OnRootMismatch"),
                    oneOf("securityContext.seLinuxChangePolicy", "MountOption", "Recursive"),
                    oneOf("securityContext.supplementalGroupsPolicy", "Merge", "Strict"),
                    oneOf("topologySpreadConstraints[].nodeAffinityPolicy", "Honor", "Ignore"),
                    oneOf("topologySpreadConstraints[].nodeTaintsPolicy", "Honor", "Ignore"),
                    row("resourceClaims[].resourceClaimName", Names::dnsSubdomain),
                    row("resourceClaims[].resourceClaimTemplateName", Names::dnsSubdomain),
                    oneOf(
                            "volumes[].hostPath.type",
                            "",
                            "BlockDevice",
                            "CharDevice",
                            "Directory",
                            "DirectoryOrCreate",
                            "File",
                            "FileOrCreate",
                            "Socket"),
                    oneOf("volumes[].azureDisk.cachingMode", "None", "ReadOnly", "ReadWrite"),
                    oneOf("volumes[].azureDisk.kind", "Dedicated", "Managed", "Shared"),
                    new Row("volumes[].iscsi.initiatorName", OptionalFields::initiator),
                    oneOf(
                            "volumes[].ephemeral.volumeClaimTemplate.spec.volumeMode",
                            "Block",
                            "Filesystem"),
                    notEmpty(
                            "volumes[].projected.sources[].clusterTrustBundle.name",
                            "must be a valid object name"),
                    notEmpty(
                            "volumes[].projected.sources[].clusterTrustBundle.signerName",
                            "must be a valid signer name"));

    private static final List<Row> OF_CONTAINER =
            List.of(
                    oneOf("restartPolicy", "Always", "Never", "OnFailure"),
                    oneOf("securityContext.procMount", "Default", "Unmasked"),
                    oneOf(
                            "volumeMounts[].mountPropagation",
                            "Bidirectional",
                            "HostToContainer",
                            "None"),
                    oneOf("volumeMounts[].recursiveReadOnly", "Disabled", "Enabled", "IfPossible"));

    /** Of a pod's security context and of a container's. */
    private static final List<Row> OF_BOTH =
            List.of(
                    row(
                            "securityContext.windowsOptions.gmsaCredentialSpecName",
                            Names::dnsSubdomain),
                    windowsText("gmsaCredentialSpec"),
                    windowsText("runAsUserName"));

    private static final List<Row> OF_PODS = concat(OF_SPEC, OF_BOTH);
    private static final List<Row> OF_CONTAINERS = concat(OF_CONTAINER, OF_BOTH);

    private OptionalFields() {}

    /** Where the text is, and its faults by its full path and value. */
    private record Row(FieldPath path, BiFunction<String, String, List<FieldError>> faults) {
        Row(String path, BiFunction<String, String, List<FieldError>> faults) {
            this(FieldPath.parse(path), faults);
        }

        void check(String base, JsonNode node, List<FieldError> errors) {
            path.find(
                    base,
                    node,
                    (field, value) ->
                            value.stringValueOpt()
                                    .ifPresent(v -> errors.addAll(faults.apply(field, v))));
        }
    }

    private static Row row(String path, Function<String, List<String>> faults) {
        return new Row(
                path,
                (field, value) ->
                        faults.apply(value).stream()
                                .map(fault -> FieldError.invalid(field, value, fault))
                                .toList());
    }

    private static Row oneOf(String path, String... supported) {
        List<String> values = List.of(supported);
        return new Row(
                path,
                (field, value) ->
                        values.contains(value)
                                ? List.of()
                                : List.of(FieldError.notSupported(field, value, values)));
    }

    private static Row notEmpty(String path, String why) {
        return new Row(
                path,
                (field, value) ->
                        value.isEmpty() ? List.of(FieldError.required(field, why)) : List.of());
    }

    private static Row windowsText(String name) {
        return row(
                "securityContext.windowsOptions." + name,
                value ->
                        value.isEmpty() ? List.of(name + " cannot be an empty string") : List.of());
    }

    private static List<FieldError> preemption(String field, String value) {
        return switch (value) {
            case "PreemptLowerPriority", "Never" -> List.of();
            case "" -> List.of(FieldError.required(field, ""));
            default ->
                    List.of(
                            FieldError.notSupported(
                                    field, value, List.of("PreemptLowerPriority", "Never")));
        };
    }

    /** Upstream writes the field's name so. */
    private static List<FieldError> initiator(String field, String value) {
        return value.matches(NAME_OF_INITIATOR)
                ? List.of()
                : List.of(
                        FieldError.invalid(
                                field.replace("initiatorName", "initiatorname"),
                                value,
                                "must be valid format"));
    }

    private static List<Row> concat(List<Row> one, List<Row> other) {
        return Stream.concat(one.stream(), other.stream()).toList();
    }

    /** The faults of a spec but for those in its containers. */
    static List<FieldError> ofSpec(String path, JsonNode spec) {
        return check(OF_PODS, path, spec);
    }

    /** The faults of a container. */
    static List<FieldError> ofContainer(String path, JsonNode container) {
        return check(OF_CONTAINERS, path, container);
    }

    private static List<FieldError> check(List<Row> rows, String path, JsonNode node) {
        List<FieldError> errors = new ArrayList<>();
        rows.forEach(row -> row.check(path, node, errors));
        return errors;
    }
}
