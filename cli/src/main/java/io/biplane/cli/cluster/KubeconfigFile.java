package io.biplane.cli.cluster;

import io.biplane.client.kubeconfig.Kubeconfig;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Path;

/**
 * The user's kubeconfig, which holds the cluster's context beside others.
 *
 * @param path the file
 * @param owner to whom it belongs
 */
record KubeconfigFile(Path path, CallingUser owner) {
    static KubeconfigFile of(ClusterSpec spec, CallingUser owner) {
        return new KubeconfigFile(Path.of(spec.kubeconfig()), owner);
    }

    /**
     * The file to write to: as told, else the first of {@code $KUBECONFIG}, else kubectl's default.
     */
    static Path choose(@Nullable Path told, CallingUser user) {
        if (told != null) {
            return told.toAbsolutePath();
        }
        String variable = System.getenv("KUBECONFIG");
        if (variable != null && !variable.isBlank()) {
            return Path.of(variable.split(":", -1)[0]).toAbsolutePath();
        }
        return user.home().resolve(".kube/config");
    }

    /**
     * Puts the administrator's context of the cluster into the file and makes it the current one.
     */
    void merge(DataDirectory data) throws IOException {
        owner.makeDirectories(path.resolveSibling(""));
        Kubeconfig.load(data.adminConfig()).mergeInto(path);
        owner.own(path);
    }

    /** Takes the context, cluster and user {@code name} out of the file. */
    void remove(String name) throws IOException {
        Kubeconfig.removeFrom(path, name);
    }
}
