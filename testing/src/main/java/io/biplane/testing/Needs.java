package io.biplane.testing;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExtensionContext;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * What a group of tests needs of its machine. Where something is missing the group is skipped with
 * a loud line, and again by name at the end of the build; with the environment variable {@code CI}
 * set it is an error.
 */
public final class Needs {
    private Needs() {}

    /**
     * @param group such as "kernel"
     * @param missing what this machine lacks; nothing if the group can run
     */
    public static ConditionEvaluationResult evaluate(
            String group, List<String> missing, ExtensionContext context) {
        if (missing.isEmpty()) {
            return ConditionEvaluationResult.enabled("all that " + group + " tests need");
        }
        String reason = "%s tests need %s".formatted(group, String.join(", ", missing));
        if (System.getenv("CI") != null) {
            throw new IllegalStateException(reason + "; in CI that is an error");
        }
        if (context.getTestMethod().isEmpty()) {
            System.err.printf("SKIPPED %s: %s%n", context.getDisplayName(), reason);
        }
        return ConditionEvaluationResult.disabled(reason);
    }

    /** Whether a program is on the PATH, or where only root's PATH leads. */
    public static boolean isInstalled(String program) {
        return Arrays.stream((System.getenv("PATH") + ":/usr/sbin:/sbin").split(":", -1))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }
}
