package io.biplane.api.openapi;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.biplane.api.Json;
import io.biplane.api.Resource;
import io.biplane.api.registry.KindRegistry;
import io.biplane.api.registry.KindSet;
import io.biplane.api.type.ApiType;
import io.biplane.api.type.TypeRegistry;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The documents, each made on first request and kept while the kinds stay the same. Safe for any
 * number of threads.
 *
 * <p>Where they belong: {@code /openapi/v2} answers {@code application/json} with {@link #v2Json},
 * and {@code application/com.github.proto-openapi.spec.v2@v1.0+protobuf} (older clients) or {@code
 * ….spec.v2.v1.0+protobuf} with {@link #v2Protobuf}, always under {@link #PROTOBUF_TYPE}; {@code
 * /openapi/v3} answers with {@link #v3Index}, and {@code /openapi/v3/<path>} with {@link #v3}.
 */
public final class OpenApi {
    /**
     * Media type of {@link #v2Protobuf} in answers. Clients that ask for it with an {@code @} fail
     * on an answer that has one: it belongs in no media type.
     */
    public static final String PROTOBUF_TYPE =
            "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

    /** A document, and the hash that its URL and ETag name it by. */
    public static final class Document {
        private final byte[] json;
        private final String hash;

        private Document(byte[] json) {
            this.json = json;
            this.hash = hashOf(json);
        }

        /** The document. */
        public byte[] json() {
            return json.clone();
        }

        /** SHA-256 of the document, upper-case hexadecimal. */
        public String hash() {
            return hash;
        }
    }

    private static final class V2 {
        final byte[] json;
        final byte[] protobuf;

        V2(KindSet kinds) {
            ObjectNode document = document2(kinds);
            json = Json.bytes(document);
            protobuf = GnosticWriter.document(document);
        }
    }

    private static final class V3 {
        final Map<String, Document> documents;
        final byte[] index;

        V3(KindSet kinds) {
            documents = documents3(kinds);
            index = Json.bytes(index3(documents));
        }
    }

    private final KindRegistry registry;

    /** The kinds that the documents describe; they are made anew when there are others. */
    @GuardedBy("this")
    private KindSet described;

    @GuardedBy("this")
    private @Nullable V2 second;

    @GuardedBy("this")
    private @Nullable V3 third;

    public OpenApi(KindRegistry registry) {
        this.registry = registry;
        this.described = registry.current();
    }

    private synchronized V2 second() {
        forgetOthers();
        V2 made = second;
        if (made == null) {
            made = new V2(described);
            second = made;
        }
        return made;
    }

    private synchronized V3 third() {
        forgetOthers();
        V3 made = third;
        if (made == null) {
            made = new V3(described);
            third = made;
        }
        return made;
    }

    @GuardedBy("this")
    private void forgetOthers() {
        KindSet now = registry.current();
        if (described != now) {
            described = now;
            second = null;
            third = null;
        }
    }

    /** Version 2, as JSON. */
    public byte[] v2Json() {
        return second().json.clone();
    }

    /** Version 2, as gnostic's protobuf message {@code openapi.v2.Document}. */
    public byte[] v2Protobuf() {
        return second().protobuf.clone();
    }

    /** Version 3: the paths of all documents, with their hashes. */
    public byte[] v3Index() {
        return third().index.clone();
    }

    /**
     * Version 3: the document of one group and version.
     *
     * @param path {@code api/v1} or {@code apis/apps/v1}
     */
    public Optional<Document> v3(String path) {
        return Optional.ofNullable(third().documents.get(path));
    }

    private static ObjectNode document2(KindSet kinds) {
        Schemas schemas = new Schemas(Style.V2);
        Paths paths = new Paths(Style.V2, schemas);
        kinds.resources().forEach(paths::add);
        for (ApiType type : TypeRegistry.get().all()) {
            if (!type.kinds().isEmpty()) {
                schemas.add(type);
            }
        }
        ObjectNode document = Json.object().put("swagger", "2.0");
        info(document);
        document.set("paths", paths.all());
        ObjectNode definitions = document.putObject("definitions");
        schemas.all().forEach(definitions::set);
        return document;
    }

    private static Map<String, Document> documents3(KindSet kinds) {
        Set<String> versions = new TreeSet<>();
        kinds.resources().forEach(resource -> versions.add(resource.versionPath()));
        Map<String, Document> documents = new LinkedHashMap<>();
        for (String versionPath : versions) {
            List<Resource> resources =
                    kinds.resources().stream()
                            .filter(r -> r.versionPath().equals(versionPath))
                            .toList();
            byte[] json = Json.bytes(document3(resources));
            documents.put(versionPath.substring(1), new Document(json));
        }
        return documents;
    }

    private static ObjectNode document3(List<Resource> resources) {
        Schemas schemas = new Schemas(Style.V3);
        Paths paths = new Paths(Style.V3, schemas);
        resources.forEach(paths::add);
        ObjectNode document = Json.object().put("openapi", "3.0.0");
        info(document);
        document.set("paths", paths.all());
        ObjectNode components = document.putObject("components").putObject("schemas");
        schemas.all().forEach(components::set);
        return document;
    }

    private static ObjectNode index3(Map<String, Document> documents) {
        ObjectNode index = Json.object();
        ObjectNode paths = index.putObject("paths");
        documents.forEach((path, document) ->
                paths.putObject(path)
                        .put(
                                "serverRelativeURL",
                                "/openapi/v3/%s?hash=%s".formatted(path, document.hash())));
        return index;
    }

    private static void info(ObjectNode document) {
        document.putObject("info").put("title", "Kubernetes").put("version", "v1");
    }

    private static String hashOf(byte[] json) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(json);
            return HexFormat.of().formatHex(digest).toUpperCase(Locale.ROOT);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
