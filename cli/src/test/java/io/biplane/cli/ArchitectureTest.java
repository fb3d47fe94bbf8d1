package io.biplane.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(
        packages = "io.biplane",
        importOptions = {
            ImportOption.DoNotIncludeTests.class,
            ArchitectureTest.NoTestsOfOtherModules.class
        })
class ArchitectureTest {
    /** Modules hand their tests to each other as jars. */
    static final class NoTestsOfOtherModules implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("-tests.jar");
        }
    }

    @ArchTest
    static final ArchRule ONLY_LINUX_USES_THE_FOREIGN_FUNCTION_API =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("io.biplane.linux..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("java.lang.foreign..");

    @ArchTest
    static final ArchRule NO_PROGRAM_IS_RUN_BUT_OUR_OWN =
            noClasses()
                    .that()
                    .resideOutsideOfPackages("io.biplane.linux..", "io.biplane.cli..")
                    .should()
                    .dependOnClassesThat()
                    .haveFullyQualifiedName("java.lang.ProcessBuilder");

    @ArchTest
    static final ArchRule NO_PACKAGE_IS_A_DRAWER =
            noClasses()
                    .should()
                    .resideInAnyPackage("..util..", "..common..", "..impl..", "..manager..");

    @ArchTest
    static final ArchRule WHAT_IS_PURE_TOUCHES_NEITHER_FILES_NOR_SOCKETS =
            noClasses()
                    .that()
                    .resideInAnyPackage("io.biplane.api.service..", "io.biplane.proxy.service..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("java.nio.file..", "java.net.http..", "io.biplane.linux..");

    @ArchTest
    static final ArchRule MODULES_USE_ONLY_THOSE_BEFORE_THEM =
            layeredArchitecture()
                    .consideringOnlyDependenciesInLayers()
                    .layer("netip")
                    .definedBy("io.biplane.netip..")
                    .layer("loop")
                    .definedBy("io.biplane.loop..")
                    .layer("linux")
                    .definedBy("io.biplane.linux..")
                    .layer("api")
                    .definedBy("io.biplane.api..")
                    .layer("store")
                    .definedBy("io.biplane.store..")
                    .layer("apiserver")
                    .definedBy("io.biplane.apiserver..")
                    .layer("client")
                    .definedBy("io.biplane.client..")
                    .layer("controllers")
                    .definedBy("io.biplane.controllers..")
                    .layer("network")
                    .definedBy("io.biplane.network..")
                    .layer("proxy")
                    .definedBy("io.biplane.proxy..")
                    .layer("node")
                    .definedBy("io.biplane.node..")
                    .layer("cli")
                    .definedBy("io.biplane.cli..")
                    .whereLayer("cli")
                    .mayNotBeAccessedByAnyLayer()
                    .whereLayer("node")
                    .mayOnlyBeAccessedByLayers("cli")
                    .whereLayer("proxy")
                    .mayOnlyBeAccessedByLayers("cli")
                    .whereLayer("network")
                    .mayOnlyBeAccessedByLayers("node", "cli")
                    .whereLayer("controllers")
                    .mayOnlyBeAccessedByLayers("cli")
                    .whereLayer("apiserver")
                    .mayOnlyBeAccessedByLayers("cli")
                    .whereLayer("store")
                    .mayOnlyBeAccessedByLayers("apiserver", "cli")
                    .whereLayer("linux")
                    .mayOnlyBeAccessedByLayers("network", "proxy", "node", "cli")
                    .whereLayer("loop")
                    .mayNotAccessAnyLayer();

    @ArchTest
    static final ArchRule PACKAGES_FORM_NO_CIRCLES =
            slices().matching("io.biplane.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule EVERY_PACKAGE_IS_NULL_MARKED =
            classes()
                    .that()
                    .haveSimpleName("package-info")
                    .should()
                    .beAnnotatedWith(org.jspecify.annotations.NullMarked.class);
}
