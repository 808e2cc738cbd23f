package dev.tollgate.sandbox;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class SandboxImportsTest {

    @Test
    void the_sandbox_shares_no_code_with_what_it_tests() {
        JavaClasses sandbox = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.tollgate.sandbox");

        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "dev.tollgate.sandbox",
                        "java..",
                        "javax.crypto..",
                        "io.vertx..",
                        "tools.jackson..",
                        "org.slf4j..",
                        "org.snakeyaml..",
                        "org.jspecify..")
                .check(sandbox);
    }
}
