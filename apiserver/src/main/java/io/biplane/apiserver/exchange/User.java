package io.biplane.apiserver.exchange;

import java.util.List;

/**
 * Who asks, as the client certificate says: the common name is the user, each organization a group.
 *
 * @see <a href="https://kubernetes.io/docs/reference/access-authn-authz/authentication/">X.509
 *     client certificates</a>
 */
public record User(String name, List<String> groups) {
    /** Nobody in particular: no certificate was shown. */
    public static final User ANONYMOUS =
            new User("system:anonymous", List.of("system:unauthenticated"));

    /** The program itself, through the in-process transport. */
    public static final User LOOPBACK =
            new User("system:apiserver", List.of("system:masters", "system:authenticated"));

    public User {
        groups = List.copyOf(groups);
    }

    public boolean isAnonymous() {
        return equals(ANONYMOUS);
    }
}
