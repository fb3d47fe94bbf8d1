import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

import javax.xml.parsers.DocumentBuilderFactory;

/**
 * Says at the end of a build which tests this machine could not run, group by group with the
 * reason, and how to run them. Reads the test reports of all modules that were written since the
 * build began.
 */
public final class SkippedTests {
    private static final class Group {
        private final TreeSet<String> modules = new TreeSet<>();
        private int tests;
    }

    public static void main(String[] args) throws Exception {
        Path root = Path.of(args[0]);
        Instant begin = Instant.parse(args[1]);
        Map<String, Group> groups = new TreeMap<>();
        for (Path report : reports(root, begin)) {
            String module = root.relativize(report).getName(0).toString();
            NodeList skipped =
                    DocumentBuilderFactory.newInstance()
                            .newDocumentBuilder()
                            .parse(report.toFile())
                            .getElementsByTagName("skipped");
            for (int i = 0; i < skipped.getLength(); i++) {
                String reason = reason((Element) skipped.item(i));
                Group group = groups.computeIfAbsent(reason, _ -> new Group());
                group.tests++;
                group.modules.add(module);
            }
        }
        if (groups.isEmpty()) {
            return;
        }
        System.out.println();
        System.out.println("SKIPPED, since this machine lacks what they need:");
        groups.forEach((reason, group) ->
                System.out.printf(
                        "  %4d in %s: %s%n",
                        group.tests, String.join(", ", group.modules), reason));
        System.out.println(
                "To run them: .ci/witnesses (as root) installs the programs; then, as root, mvn verify.");
        System.out.println();
    }

    /**
     * What a condition or an assumption said; an assumption is reported as its exception's trace.
     */
    private static String reason(Element skipped) {
        String message = skipped.getAttribute("message");
        return message.isEmpty()
                ? skipped.getTextContent()
                        .lines()
                        .findFirst()
                        .orElse("for no reason given")
                        .replaceFirst("^\\S+Exception: (Assumption failed: )?", "")
                : message;
    }

    private static List<Path> reports(Path root, Instant begin) throws IOException {
        try (var files = Files.walk(root, 4)) {
            return files.filter(file -> file.getFileName().toString().matches("TEST-.*\\.xml"))
                    .filter(file -> modified(file).isAfter(begin))
                    .toList();
        }
    }

    private static Instant modified(Path file) {
        try {
            return Files.getLastModifiedTime(file).toInstant();
        } catch (IOException e) {
            throw new IllegalStateException(file + ": " + e.getMessage(), e);
        }
    }

    private SkippedTests() {}
}
