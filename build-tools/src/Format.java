import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.RemoveUnusedImports;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks ({@code --check}) or mends ({@code --fix}) the formatting of every Java source below a
 * directory: AOSP style, ordered imports, none unused. Runs from source on the toolchain's JDK,
 * because the formatter needs a JVM as new as the language that it reads, while Maven itself may
 * run on an older one.
 */
public final class Format {
    public static void main(String[] args) throws Exception {
        boolean fix = args[0].equals("--fix");
        Path root = Path.of(args[1]);
        var formatter =
                new Formatter(
                        JavaFormatterOptions.builder()
                                .style(JavaFormatterOptions.Style.AOSP)
                                .build());
        List<Path> wrong = new ArrayList<>();
        int seen = 0;
        List<Path> sources;
        try (var files = Files.walk(root)) {
            sources =
                    files.filter(f -> f.toString().endsWith(".java"))
                            .filter(f -> !root.relativize(f).toString().contains("target/"))
                            .sorted()
                            .toList();
        }
        for (Path source : sources) {
            seen++;
            String text = Files.readString(source);
            String formatted;
            try {
                String imports =
                        ImportOrderer.reorderImports(
                                RemoveUnusedImports.removeUnusedImports(text),
                                JavaFormatterOptions.Style.AOSP);
                formatted = formatter.formatSource(imports);
            } catch (Exception e) {
                throw new IllegalStateException(source + ": " + e.getMessage(), e);
            }
            if (!formatted.equals(text)) {
                wrong.add(source);
                if (fix) {
                    Files.writeString(source, formatted);
                }
            }
        }
        if (fix) {
            System.out.printf("formatted %d of %d sources%n", wrong.size(), seen);
        } else if (!wrong.isEmpty()) {
            wrong.forEach(f -> System.err.println("not formatted: " + root.relativize(f)));
            System.err.println("mend with: mvn -q -Pformat -pl build-tools verify");
            System.exit(1);
        }
    }
}
