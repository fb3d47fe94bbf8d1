package io.biplane.apiregistry;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Writes the type registry into the directory that is its only argument. */
public final class Main {
    private Main() {}

    /** Does nothing if the directory is newer than everything on the class path. */
    public static void main(String[] args)
            throws IOException, ReflectiveOperationException, URISyntaxException {
        Path directory = Path.of(args[0], "io", "biplane", "api", "type");
        Path types = directory.resolve("types.txt");
        Path descriptions = directory.resolve("descriptions.txt");
        if (Files.exists(types) && newest().compareTo(Files.getLastModifiedTime(types)) < 0) {
            return;
        }
        List<GroupTable> tables = tables();
        List<String> apiVersions = tables.stream().map(GroupTable::apiVersion).distinct().toList();
        TypeWalk walk = new TypeWalk();
        for (GroupTable table : tables) {
            for (Root root : table.roots(apiVersions)) {
                walk.add(root);
            }
        }
        tables.forEach(table -> table.apply(walk.types()));
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

    /** One of each API group and version, in the order of these, the core group first. */
    private static List<GroupTable> tables() throws IOException, URISyntaxException {
        Path directory = Path.of(Objects.requireNonNull(Main.class.getResource("types")).toURI());
        List<GroupTable> tables = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                tables.add(GroupTable.read(file));
            }
        }
        tables.sort(Comparator.comparing(GroupTable::apiVersion));
        return tables;
    }
}
