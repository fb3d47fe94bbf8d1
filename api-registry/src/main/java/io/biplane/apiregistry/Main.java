package io.biplane.apiregistry;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Writes the type registry into the directory that is its only argument. */
public final class Main {
    private Main() {}

    /** Does nothing if the directory is newer than everything on the class path. */
    public static void main(String[] args) throws IOException, ReflectiveOperationException {
        Path directory = Path.of(args[0], "io", "biplane", "api", "type");
        Path types = directory.resolve("types.txt");
        Path descriptions = directory.resolve("descriptions.txt");
        if (Files.exists(types) && newest().compareTo(Files.getLastModifiedTime(types)) < 0) {
            return;
        }
        TypeWalk walk = new TypeWalk();
        for (Root root : Root.all()) {
            walk.add(root);
        }
        Overlay.ipFamily(walk.types());
        applyListRules(walk.types());
        applyPresences(walk.types());
        Files.createDirectories(directory);
        Files.writeString(descriptions, Output.descriptions(walk.types().values()));
        Files.writeString(types, Output.types(walk.types().values()));
    }

    private static FileTime newest() throws IOException {
        FileTime newest = FileTime.fromMillis(0);
        for (String entry : System.getProperty("java.class.path").split(":", -1)) {
            try (Stream<Path> files = Files.walk(Path.of(entry))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    FileTime time = Files.getLastModifiedTime(file);
                    newest = time.compareTo(newest) > 0 ? time : newest;
                }
            }
        }
        return newest;
    }

    /**
     * Every row must fit: one that fits nothing is a mistake or left over from an older release.
     */
    private static void applyListRules(Map<String, Type> types) throws IOException {
        String unknown =
                ListRule.parse(table("lists.txt")).stream()
                        .filter(rule -> !apply(rule, types.get(rule.type())))
                        .map(rule -> rule.type() + " " + rule.field())
                        .collect(Collectors.joining("\n"));
        if (!unknown.isEmpty()) {
            throw new IllegalStateException("lists.txt: no such type or field:\n" + unknown);
        }
    }

    /** Here too every row must fit. */
    private static void applyPresences(Map<String, Type> types) throws IOException {
        for (String line : table("presence.txt").lines().filter(l -> !l.startsWith("#")).toList()) {
            List<String> cells = List.of(line.split(" ", -1));
            List<String> fields = cells.subList(2, cells.size());
            Type type = types.get(cells.getFirst());
            if (type == null || !type.fields.keySet().containsAll(fields)) {
                throw new IllegalStateException("presence.txt: no such type or field:\n" + line);
            }
            fields.forEach(field -> type.presence(field, Presence.parse(cells.get(1))));
        }
    }

    private static String table(String file) throws IOException {
        try (InputStream in = Main.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IOException(file + " is not on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static boolean apply(ListRule rule, @Nullable Type type) {
        if (type == null || !(rule.field().equals("*") || type.fields.containsKey(rule.field()))) {
            return false;
        }
        type.rule(rule.field(), rule);
        return true;
    }
}
