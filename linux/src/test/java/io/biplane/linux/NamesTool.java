package io.biplane.linux;

import java.util.Arrays;

/**
 * Names of network namespaces, handled by another process: {@code create|delete|everywhere
 * <name>…}.
 */
final class NamesTool {
    private NamesTool() {}

    public static void main(String[] args) {
        for (String name : Arrays.asList(args).subList(1, args.length)) {
            switch (args[0]) {
                case "create" -> NetworkNamespace.create(name).close();
                case "delete" -> NetworkNamespace.delete(name);
                case "everywhere" -> MountNamespaces.delete(name::equals);
                default -> throw new IllegalArgumentException(args[0]);
            }
        }
    }
}
