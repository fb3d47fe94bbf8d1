package io.biplane.api.registry;

import io.biplane.api.Conversion;
import io.biplane.api.Resource;
import io.biplane.api.SelectableField;
import io.biplane.api.Storage;
import io.biplane.api.Strategy;
import io.biplane.api.Subresource;
import io.biplane.api.strategy.NotBuilt;
import io.biplane.api.table.Column;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Collects what is said about a kind. Columns, rules and whether generation counts have no default:
 * they are said, or there is no kind. Selectable fields, columns and rules belong to the version
 * that was named last, everything else to all versions.
 */
public final class KindBuilder {
    private static final List<String> VERBS =
            List.of(
                    "create",
                    "delete",
                    "deletecollection",
                    "get",
                    "list",
                    "patch",
                    "update",
                    "watch");

    /** What one version says. */
    private static final class Version {
        final String group;
        final String version;
        final List<SelectableField> selectable = new ArrayList<>();
        List<Column> columns = List.of();
        KindVersion.@Nullable Rules rules;

        Version(String group, String version) {
            this.group = group;
            this.version = version;
        }
    }

    private final String plural;
    private final String kind;
    private final List<Version> versions = new ArrayList<>();
    private boolean namespaced = true;
    private List<String> shortNames = List.of();
    private List<String> categories = List.of();
    private List<String> verbs = VERBS;
    private final List<Subresource> subresources = new ArrayList<>();
    private @Nullable Conversion conversion;
    private @Nullable Boolean countsGeneration;
    private boolean unconditionalUpdate = true;
    private boolean expires;
    private NotBuilt notBuilt = NotBuilt.NOTHING;
    private boolean returnsDeletedObject;
    private boolean specFinalizers;
    private Set<String> undeletable = Set.of();
    private DeletionRules.Grace grace = (_, _) -> 0;
    private Consumer<ObjectNode> onDeletion = _ -> {};

    KindBuilder(String group, String version, String plural, String kind) {
        this.plural = plural;
        this.kind = kind;
        versions.add(new Version(group, version));
    }

    /** Objects are not in namespaces. */
    public KindBuilder clusterScoped() {
        namespaced = false;
        return this;
    }

    /** kubectl's short names. */
    public KindBuilder shortNames(String... names) {
        shortNames = List.of(names);
        return this;
    }

    /** {@code kubectl get all} shows it. */
    public KindBuilder inAll() {
        categories = List.of("all");
        return this;
    }

    /** All that can be done with other kinds but this. */
    public KindBuilder withoutVerb(String verb) {
        verbs = VERBS.stream().filter(v -> !v.equals(verb)).toList();
        return this;
    }

    /** The status is written apart from the rest. */
    public KindBuilder status() {
        return with(Subresource.status(kind));
    }

    /** A part with a path of its own. */
    public KindBuilder with(Subresource subresource) {
        subresources.add(subresource);
        return this;
    }

    /** Updates and deletions count in {@code metadata.generation}. */
    public KindBuilder countsGeneration() {
        countsGeneration = true;
        return this;
    }

    /** There is no {@code metadata.generation}. */
    public KindBuilder countsNoGeneration() {
        countsGeneration = false;
        return this;
    }

    /** An update must say which state it changes. */
    public KindBuilder noUnconditionalUpdate() {
        unconditionalUpdate = false;
        return this;
    }

    /** Objects go after a time, by themselves. */
    public KindBuilder expires() {
        expires = true;
        return this;
    }

    /** A deletion is answered with the object, not with a Status. */
    public KindBuilder returnsDeletedObject() {
        returnsDeletedObject = true;
        return this;
    }

    /** Finalizers in the spec hold an object, too. */
    public KindBuilder hasSpecFinalizers() {
        specFinalizers = true;
        return this;
    }

    /** Objects that cannot be deleted. */
    public KindBuilder undeletable(String... names) {
        undeletable = Set.of(names);
        return this;
    }

    /** Objects are given time to end; without this they are not. */
    public KindBuilder grace(DeletionRules.Grace seconds) {
        grace = seconds;
        return this;
    }

    /** Changes an object that is marked for deletion. */
    public KindBuilder onDeletion(Consumer<ObjectNode> change) {
        onDeletion = change;
        return this;
    }

    /** Fields that nothing acts on yet. */
    public KindBuilder notBuilt(NotBuilt fields) {
        notBuilt = fields;
        return this;
    }

    /** How versions become each other; needed where there is more than one. */
    public KindBuilder convertedBy(Conversion all) {
        conversion = all;
        return this;
    }

    /** Begins a further version: the same objects, in another form. */
    public KindBuilder alsoServed(String group, String version) {
        versions.add(new Version(group, version));
        return this;
    }

    /**
     * A field that field selectors may name.
     *
     * @param absent what a selector compares with where the object has no such field
     */
    public KindBuilder select(String path, String absent) {
        return select(List.of(new SelectableField(path, absent)));
    }

    /** Fields that field selectors may name. */
    public KindBuilder select(List<SelectableField> fields) {
        versions.getLast().selectable.addAll(fields);
        return this;
    }

    /** What {@code kubectl get} prints: all of it, name and age included. */
    public KindBuilder columns(Column... columns) {
        return columns(List.of(columns));
    }

    /** What {@code kubectl get} prints: all of it, name and age included. */
    public KindBuilder columns(List<Column> columns) {
        versions.getLast().columns = columns;
        return this;
    }

    /** What is filled in, what may not change and what is refused. */
    public KindBuilder rules(Function<Resource, Strategy> rules) {
        return rulesOfCluster((resource, _) -> rules.apply(resource));
    }

    /** Rules that depend on the cluster's configuration. */
    public KindBuilder rulesOfCluster(KindVersion.Rules rules) {
        versions.getLast().rules = rules;
        return this;
    }

    /**
     * The kind.
     *
     * @throws IllegalStateException if something is missing
     */
    public Kind build() {
        if (countsGeneration == null) {
            throw missing("countsGeneration or countsNoGeneration");
        }
        if (versions.size() > 1 && conversion == null) {
            throw missing("convertedBy: it has several versions");
        }
        return new Kind(
                versions.stream().map(this::version).toList(),
                countsGeneration,
                unconditionalUpdate,
                expires,
                new DeletionRules(
                        returnsDeletedObject, specFinalizers, undeletable, grace, onDeletion),
                notBuilt);
    }

    private KindVersion version(Version said) {
        KindVersion.Rules rules = said.rules;
        if (rules == null) {
            throw missing("rules");
        }
        if (said.columns.isEmpty()) {
            throw missing("columns");
        }
        Version stored = versions.getFirst();
        Resource resource =
                new Resource(
                        said.group,
                        said.version,
                        plural,
                        kind.toLowerCase(Locale.ROOT),
                        kind,
                        namespaced,
                        shortNames,
                        categories,
                        subresources,
                        said.selectable,
                        verbs,
                        new Storage(
                                stored.group,
                                stored.version,
                                conversion == null ? Conversion.NONE : conversion));
        return new KindVersion(resource, said.columns, rules);
    }

    private IllegalStateException missing(String what) {
        return new IllegalStateException("kind " + kind + " does not say " + what);
    }
}
