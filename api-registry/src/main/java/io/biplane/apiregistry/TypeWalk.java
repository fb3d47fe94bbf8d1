package io.biplane.apiregistry;

import com.google.gson.annotations.SerializedName;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;

import io.swagger.annotations.ApiModel;
import io.swagger.annotations.ApiModelProperty;

import org.jspecify.annotations.Nullable;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Goes through the client's models and protobuf messages side by side. */
final class TypeWalk {
    private static final String MODELS = "io.kubernetes.client.openapi.models.";
    private static final String MESSAGES = "io.kubernetes.client.proto.";

    private final Map<String, Type> types = new TreeMap<>();

    /** Takes in a type and all that it refers to. */
    void add(Root root) throws ReflectiveOperationException {
        // initialize=false: the models' initialisers build tables that are not needed here.
        ClassLoader loader = TypeWalk.class.getClassLoader();
        Class<?> model = Class.forName(MODELS + root.model(), false, loader);
        Type type = types.get(walk(model, message(root)));
        if (type == null) {
            throw new IllegalStateException("not found: " + root);
        }
        type.kinds.addAll(root.kinds());
    }

    /** The types by name. */
    Map<String, Type> types() {
        return types;
    }

    private static Descriptor message(Root root) throws ReflectiveOperationException {
        Class<?> holder = Class.forName(MESSAGES + root.proto());
        Object file = holder.getMethod("getDescriptor").invoke(null);
        Descriptor found = ((FileDescriptor) file).findMessageTypeByName(root.message());
        if (found == null) {
            throw new IllegalStateException("no protobuf message " + root);
        }
        return found;
    }

    private String walk(Class<?> model, Descriptor message) {
        String name = message.getFullName().replaceFirst("^k8s\\.io\\.", "io.k8s.");
        if (types.containsKey(name)) {
            return name;
        }
        ApiModel about = model.getAnnotation(ApiModel.class);
        Type type = new Type(name, about == null ? "" : about.description());
        types.put(name, type);
        Map<String, ApiModelProperty> properties = properties(model);
        Set<String> names = new TreeSet<>();
        for (Field field : model.getDeclaredFields()) {
            SerializedName json = field.getAnnotation(SerializedName.class);
            if (json != null) {
                names.add(json.value());
            }
        }
        for (Field field : model.getDeclaredFields()) {
            SerializedName json = field.getAnnotation(SerializedName.class);
            if (json != null) {
                type.fields.put(
                        json.value(),
                        field(
                                field,
                                json.value(),
                                properties.get(field.getName().replaceFirst("^_", "")),
                                message,
                                names));
            }
        }
        return name;
    }

    private Type.Field field(
            Field field,
            String json,
            @Nullable ApiModelProperty property,
            Descriptor message,
            Set<String> names) {
        List<FieldDescriptor> path = find(message, json, names);
        if (path == null && !json.equals("apiVersion") && !json.equals("kind")) {
            throw new IllegalStateException(
                    "%s.%s has no protobuf field".formatted(message.getFullName(), json));
        }
        FieldDescriptor last = path == null ? null : path.getLast();
        List<String> numbers =
                path == null
                        ? List.of()
                        : path.stream().map(f -> String.valueOf(f.getNumber())).toList();
        return new Type.Field(
                expression(field.getGenericType(), last),
                String.join(".", numbers),
                property != null && property.required(),
                property == null ? "" : property.value());
    }

    /** The way to a field: embedded Go structs are messages of their own, but not JSON objects. */
    private static @Nullable List<FieldDescriptor> find(
            Descriptor message, String json, Set<String> names) {
        FieldDescriptor direct = message.findFieldByName(json);
        if (direct != null) {
            return List.of(direct);
        }
        for (FieldDescriptor embedded : message.getFields()) {
            if (embedded.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                    && !embedded.isRepeated()
                    && !names.contains(embedded.getName())) {
                List<FieldDescriptor> rest = find(embedded.getMessageType(), json, Set.of());
                if (rest != null) {
                    List<FieldDescriptor> path = new ArrayList<>(List.of(embedded));
                    path.addAll(rest);
                    return path;
                }
            }
        }
        return null;
    }

    private String expression(java.lang.reflect.Type type, @Nullable FieldDescriptor field) {
        if (type instanceof ParameterizedType generic) {
            java.lang.reflect.Type[] arguments = generic.getActualTypeArguments();
            if (generic.getRawType() == List.class || generic.getRawType() == Set.class) {
                return "[]" + expression(arguments[0], field);
            }
            FieldDescriptor value =
                    field == null ? null : field.getMessageType().findFieldByName("value");
            return "{}" + expression(arguments[1], value);
        }
        Class<?> java = (Class<?>) type;
        String messageName =
                field != null && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                        ? field.getMessageType().getName()
                        : "";
        return switch (java.getSimpleName()) {
            case "String" -> messageName.equals("Quantity") ? "quantity" : "string";
            case "Integer" -> "int32";
            case "Long" -> "int64";
            case "Double" -> "double";
            case "Boolean" -> "boolean";
            case "byte[]" -> "bytes";
            case "OffsetDateTime" -> messageName.equals("MicroTime") ? "microtime" : "time";
            case "Quantity" -> "quantity";
            case "IntOrString" -> "int-or-string";
            case "Object" -> "object";
            default -> {
                if (field == null || messageName.isEmpty()) {
                    throw new IllegalStateException(java + " has no protobuf message");
                }
                yield "@" + walk(java, field.getMessageType());
            }
        };
    }

    /** What the getters of a model say of its fields, by the fields' names. */
    private static Map<String, ApiModelProperty> properties(Class<?> model) {
        Map<String, ApiModelProperty> byField = new HashMap<>();
        for (Method method : model.getDeclaredMethods()) {
            ApiModelProperty property = method.getAnnotation(ApiModelProperty.class);
            String name = method.getName();
            if (property != null && name.startsWith("get")) {
                byField.put(Character.toLowerCase(name.charAt(3)) + name.substring(4), property);
            }
        }
        return byField;
    }
}
