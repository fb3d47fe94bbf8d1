package io.biplane.api.openapi;

import io.biplane.api.Json;
import io.biplane.api.Resource;
import io.biplane.api.Subresource;
import io.biplane.api.type.ApiType;
import io.biplane.api.type.TypeRegistry;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The paths of resources, with an operation for every verb. */
final class Paths {
    private static final String STATUS = Schemas.META + "Status";
    private static final String DELETE_OPTIONS = Schemas.META + "DeleteOptions";
    private static final String PATCH = Schemas.META + "Patch";

    private final Style style;
    private final Schemas schemas;
    private final ObjectNode paths = Json.object();

    Paths(Style style, Schemas schemas) {
        this.style = style;
        this.schemas = schemas;
    }

    ObjectNode all() {
        return paths;
    }

    /** Takes in a resource: its collections, its objects and its subresources. */
    void add(Resource resource) {
        TypeRegistry types = TypeRegistry.get();
        schemas.add(resource);
        schemas.add(types.type(STATUS));
        schemas.add(types.type(DELETE_OPTIONS));
        schemas.all().putIfAbsent(PATCH, patch());
        Row row = new Row(resource);
        row.collection();
        row.item();
        resource.subresources().forEach(row::subresource);
    }

    private static ObjectNode patch() {
        return Json.object()
                .put("description", "A change to an object, in the form that its media type says.")
                .put("type", "object");
    }

    /** What the operations of one resource have in common. */
    private final class Row {
        private final Resource resource;
        private final String type;
        private final ObjectNode gvk;
        private final String name;
        private final String collection;

        Row(Resource resource) {
            this.resource = resource;
            this.type = Schemas.type(resource).name();
            this.gvk = Schemas.gvk(resource.group(), resource.version(), resource.kind());
            this.name = (resource.namespaced() ? "Namespaced" : "") + resource.kind();
            this.collection = resource.path("{namespace}", null);
        }

        void collection() {
            ObjectNode path = path(collection, false);
            put(path, "get", "list", "list." + name, Parameter.LIST, "", type + "List");
            put(path, "post", "post", "create." + name, Parameter.WRITE, type, type);
            if (resource.verbs().contains("deletecollection")) {
                List<Parameter> both = new ArrayList<>(Parameter.LIST);
                Parameter.DELETE.stream().filter(p -> !both.contains(p)).forEach(both::add);
                put(
                        path,
                        "delete",
                        "deletecollection",
                        "delete.Collection" + name,
                        both,
                        DELETE_OPTIONS,
                        STATUS);
            }
            if (resource.namespaced()) {
                ObjectNode everywhere = path(resource.path(null, null), false);
                String id = "list." + resource.kind() + "ForAllNamespaces";
                put(everywhere, "get", "list", id, Parameter.LIST, "", type + "List");
            }
        }

        void item() {
            ObjectNode path = path(collection + "/{name}", true);
            put(path, "get", "get", "read." + name, List.of(), "", type);
            put(path, "put", "put", "replace." + name, Parameter.WRITE, type, type);
            put(
                    path,
                    "delete",
                    "delete",
                    "delete." + name,
                    Parameter.DELETE,
                    DELETE_OPTIONS,
                    STATUS);
            put(path, "patch", "patch", "patch." + name, patchParameters(), PATCH, type);
        }

        void subresource(Subresource sub) {
            ObjectNode path = path(collection + "/{name}/" + sub.name(), true);
            String group = sub.version().isEmpty() ? resource.group() : sub.group();
            String version = sub.version().isEmpty() ? resource.version() : sub.version();
            String apiVersion = group.isEmpty() ? version : group + "/" + version;
            ApiType subType = TypeRegistry.get().ofKind(apiVersion, sub.kind()).orElseThrow();
            schemas.add(subType);
            Target target = new Target(Schemas.gvk(group, version, sub.kind()), subType.name());
            String suffix =
                    name
                            + sub.name().substring(0, 1).toUpperCase(Locale.ROOT)
                            + sub.name().substring(1);
            for (String verb : sub.verbs()) {
                target.put(path, verb, suffix);
            }
        }

        /** What a subresource reads and writes. */
        private final class Target {
            private final ObjectNode targetGvk;
            private final String targetType;

            Target(ObjectNode targetGvk, String targetType) {
                this.targetGvk = targetGvk;
                this.targetType = targetType;
            }

            void put(ObjectNode path, String verb, String suffix) {
                String t = targetType;
                Operation operation =
                        switch (verb) {
                            case "get" -> of("get", "read." + suffix, List.of(), "");
                            case "update" -> of("put", "replace." + suffix, Parameter.WRITE, t);
                            case "patch" ->
                                    of("patch", "patch." + suffix, patchParameters(), PATCH);
                            case "create" -> of("post", "create." + suffix, Parameter.WRITE, t);
                            default -> throw new IllegalStateException("verb " + verb);
                        };
                path.set(operation.action(), operation.write(style));
            }

            private Operation of(
                    String action, String id, List<Parameter> parameters, String body) {
                return new Operation(
                        resource,
                        targetGvk,
                        action,
                        id,
                        parameters,
                        body,
                        bodyTypes(action),
                        targetType);
            }
        }

        private List<Parameter> patchParameters() {
            List<Parameter> parameters = new ArrayList<>(Parameter.WRITE);
            parameters.add(Parameter.FORCE);
            return parameters;
        }

        private ObjectNode path(String template, boolean named) {
            ObjectNode path = paths.putObject(template);
            ArrayNode parameters = Json.array();
            if (named) {
                parameters.add(Parameter.NAME.write(style));
            }
            if (template.contains("{namespace}")) {
                parameters.add(Parameter.NAMESPACE.write(style));
            }
            parameters.add(Parameter.PRETTY.write(style));
            path.set("parameters", parameters);
            return path;
        }

        private void put(
                ObjectNode path,
                String method,
                String action,
                String id,
                List<Parameter> parameters,
                String body,
                String answer) {
            path.set(
                    method,
                    new Operation(
                                    resource,
                                    gvk,
                                    action,
                                    id,
                                    parameters,
                                    body,
                                    bodyTypes(action),
                                    answer)
                            .write(style));
        }
    }

    private static List<String> bodyTypes(String action) {
        return action.equals("patch") ? Operation.PATCHES : Operation.ANY;
    }
}
