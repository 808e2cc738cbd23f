package dev.tollgate;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameEndingWith;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static dev.tollgate.testing.Asserts.assertThat;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaFieldAccess;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.tollgate.http.Handler;
import dev.tollgate.testing.OurClasses;
import dev.tollgate.upstream.Channel;
import dev.tollgate.upstream.NativeAsk;
import dev.tollgate.upstream.PreparedAsk;
import dev.tollgate.upstream.PreparedCall;
import dev.tollgate.upstream.Provider;
import dev.tollgate.upstream.SentCall;
import dev.tollgate.upstream.UpstreamCall;
import dev.tollgate.upstream.Upstreams;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may know whom. A rule that stands in the way is changed here, in the open, with its reason in the commit. */
class ArchitectureTest {

    private static final String ROOT = "dev.tollgate";
    private static final Set<Class<?>> FLOATING = Set.of(double.class, float.class, Double.class, Float.class);

    private static final JavaClasses CLASSES = OurClasses.ALL;

    // ---- packages ----

    @Test
    void packages_form_no_cycles() {
        check(slices().matching("dev.tollgate.(*)..").should().beFreeOfCycles());
    }

    @ParameterizedTest
    @ValueSource(strings = {"money", "host", "config", "error", "limits", "sandbox", "fatal", "ids"})
    void these_packages_know_no_other(String name) {
        knowsOnly(name);
    }

    /** Everybody logs; what a line is made of is nobody's feature. */
    @Test
    void the_log_knows_the_machine_and_what_is_fatal_alone() {
        check(noClasses()
                .that()
                .resideInAPackage(packageOf("log"))
                .should()
                .dependOnClassesThat(describe(
                        "are ours and neither of log, host nor fatal",
                        it -> isOurs(it)
                                && !resideInAnyPackage(packageOf("log"), packageOf("host"), packageOf("fatal"))
                                        .test(it))));
    }

    @Test
    void ground_knows_no_feature() {
        knowsOnly("memory", "error");
        knowsOnly("json", "memory", "error");
        knowsOnly("http", "memory", "error");
        knowsOnly("media", "limits", "error");
        knowsOnly("storage", "limits");
        knowsOnly("schema", "limits");
    }

    @Test
    void the_wire_format_knows_neither_money_nor_upstream() {
        knowsOnly("openai", "conversation", "usage", "json", "memory", "error");
    }

    /** One text stands in answers, tasks and receipts: none of the three may write its own. */
    @Test
    void usage_is_written_below_all_who_show_it() {
        knowsOnly("usage", "conversation", "json");
    }

    @Test
    void a_conversation_stands_on_the_ground() {
        knowsOnly("conversation", "json", "memory", "error");
    }

    /** What one protocol calls its fields is nobody's matter but its reader's: the others ask a place for its name. */
    @Test
    void a_protocol_of_callers_is_known_to_its_door_and_the_root_alone() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages(ROOT, packageOf("openai"), packageOf("chat"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(packageOf("openai")));
    }

    /** A door may name its own fields; the OpenAI-compatible far side has the same words for what is sent to it. */
    @Test
    void no_path_or_word_of_a_callers_body_is_spelled_but_by_its_reader() throws IOException {
        Pattern path = Pattern.compile(
                "\"(messages|tools|functions|google|extra_body|response_format)\\.|\"\\.(input_audio|image_url|extra_content)"
                        + "|'(user|assistant|system|tool|required)'");
        Path sources = Path.of("src/main/java/dev/tollgate");
        List<String> spelled = new ArrayList<>();
        for (String name : List.of(
                "conversation", "metering", "upstream", "channel", "gemini", "compat", "generate", "signatures")) {
            try (Stream<Path> files = Files.list(sources.resolve(name))) {
                for (Path file : files.toList()) {
                    path.matcher(Files.readString(file)).results().forEach(it -> spelled.add(file + ": " + it.group()));
                }
            }
        }

        assertThat(spelled).isEmpty();
    }

    @Test
    void the_ledger_and_the_catalogue_know_no_feature() {
        knowsOnly("ledger", "storage", "error", "http");
        knowsOnly("models", "conversation", "limits", "config", "error", "http");
    }

    @Test
    void upstream_knows_what_can_be_asked_and_no_more() {
        knowsOnly("upstream", "conversation", "media", "memory", "config", "error");
        knowsOnly("channel", "upstream", "media");
    }

    @Test
    void a_channel_never_knows_a_door_nor_money() {
        knowsOnly("gemini", "channel", "upstream", "conversation", "models", "media", "memory", "config", "error");
        knowsOnly("compat", "channel", "upstream", "conversation", "models", "media", "memory", "config", "error");
    }

    /** So that adding one touches its own package and a line of the root's. */
    @Test
    void a_provider_is_known_to_the_root_alone() {
        for (String provider : List.of("gemini", "compat")) {
            check(noClasses()
                    .that()
                    .resideOutsideOfPackages(ROOT, packageOf(provider))
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage(packageOf(provider)));
        }
        check(classes()
                .that()
                .implement(Provider.class)
                .should()
                .resideInAnyPackage(packageOf("gemini"), packageOf("compat")));
    }

    @Test
    void what_an_operator_can_do_is_known_to_the_command_line_and_does_not_know_it() {
        knowsOnly(
                "admin",
                "ledger",
                "rollups",
                "keys",
                "limits",
                "receipts",
                "tasks",
                "deeds",
                "models",
                "payments",
                "people",
                "leaving",
                "mail",
                "prices",
                "settings",
                "audit",
                "upstream",
                "storage",
                "ids",
                "json",
                "memory",
                "config",
                "error",
                "http");
        knowsOnly("cli", "admin", "config");
        knowsOnly("deeds", "storage");
        knowsOnly("allowances", "storage");
        knowsOnly("prices", "models", "storage");
        knowsOnly("settings", "config", "storage");
        knowsOnly("payments", "deeds", "ledger", "limits", "storage");
        knowsOnly("mail", "storage", "ids");
        knowsOnly("stripe", "payments", "channel", "upstream", "json", "memory", "error", "http");
        knowsOnly("leaving", "deeds", "people", "ledger", "history", "storage");
        knowsOnly("oidc", "people", "channel", "upstream", "storage");
        knowsOnly("notices", "allowances", "keys", "ledger", "mail", "models", "storage");
    }

    @Test
    void tasks_rollups_and_keys_stand_on_the_ground_the_ledger_and_the_limits() {
        knowsOnly("tasks", "ledger", "storage", "json", "error", "http");
        knowsOnly("rollups", "ledger", "storage");
        knowsOnly("keys", "allowances", "limits", "storage", "ids", "json", "memory", "error", "http");
        knowsOnly("history", "rollups", "tasks", "ledger", "keys", "ids", "storage", "error", "http");
    }

    @Test
    void signatures_stand_on_what_can_be_asked_and_the_ledger() {
        knowsOnly("signatures", "upstream", "conversation", "json", "ledger", "storage", "error");
    }

    /** What it checks must not be what it checks with. */
    @Test
    void the_audit_knows_the_tables_and_none_of_the_code_that_fills_them() {
        knowsOnly("audit", "storage");
    }

    @Test
    void receipts_stand_on_the_ground_and_the_ledger() {
        knowsOnly("receipts", "ledger", "json", "limits", "storage", "error", "http");
    }

    /** It is open to all: nothing of an account, or of what the operator has written, is within its reach. */
    @Test
    void the_documentation_knows_what_is_sold_and_how_pages_are_made() {
        knowsOnly("manual", "pages", "models", "limits", "conversation", "error", "http");
    }

    @Test
    void pages_know_what_they_show_and_no_more() {
        knowsOnly("refused", "error", "http");
        knowsOnly("pages", "people", "ledger", "limits", "http", "error", "storage");
        knowsOnly("live", "pages", "people", "history", "metering", "ledger", "limits", "http", "error", "storage");
        knowsOnly("playground", "pages", "portal", "history", "keys", "ledger", "tasks", "models", "http", "error");
        knowsOnly(
                "portal",
                "pages",
                "people",
                "live",
                "refused",
                "history",
                "keys",
                "ledger",
                "payments",
                "stripe",
                "oidc",
                "receipts",
                "tasks",
                "models",
                "leaving",
                "limits",
                "ids",
                "http",
                "error");
        knowsOnly(
                "console",
                "pages",
                "portal",
                "people",
                "admin",
                "prices",
                "deeds",
                "history",
                "refused",
                "ledger",
                "payments",
                "tasks",
                "models",
                "upstream",
                "mail",
                "limits",
                "config",
                "http",
                "error");
    }

    @Test
    void doors_and_commands_are_known_to_the_root_alone() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages(ROOT, packageOf("chat"), packageOf("generate"), packageOf("cli"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(packageOf("chat"), packageOf("generate"), packageOf("cli")));
        check(noClasses()
                .that()
                .resideOutsideOfPackages(ROOT, packageOf("door"), packageOf("chat"), packageOf("generate"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(packageOf("door")));
        check(noClasses()
                .that()
                .resideInAPackage(packageOf("chat"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(packageOf("generate")));
        check(noClasses()
                .that()
                .resideInAPackage(packageOf("generate"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(packageOf("chat")));
    }

    /** What is watched does not know who watches, and with what library. */
    @Test
    void metrics_know_what_they_watch_and_are_known_to_the_root_alone() {
        knowsOnly("metrics", "metering", "models", "upstream", "ledger", "storage", "error", "http");
        check(noClasses()
                .that()
                .resideOutsideOfPackages(ROOT, packageOf("metrics"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(packageOf("metrics"), "io.prometheus.."));
    }

    @Test
    void nothing_knows_the_root() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage(ROOT)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ROOT));
    }

    @Test
    void every_package_says_what_it_is_and_is_null_marked() {
        List<String> unmarked = CLASSES.stream()
                .map(JavaClass::getPackage)
                .distinct()
                .filter(it -> !it.tryGetPackageInfo()
                        .map(info -> info.isAnnotatedWith(NullMarked.class))
                        .orElse(false))
                .map(JavaPackage::getName)
                .toList();

        assertThat(unmarked).isEmpty();
    }

    /** Whoever reads a name should not have to look at the imports to know which of two things is meant. */
    @Test
    void no_two_classes_have_one_simple_name() {
        Map<String, List<String>> places = CLASSES.stream()
                .filter(JavaClass::isTopLevelClass)
                .filter(it -> !it.getSimpleName().equals("package-info"))
                .collect(groupingBy(JavaClass::getSimpleName, mapping(JavaClass::getPackageName, toList())));
        places.values().removeIf(it -> it.size() == 1);

        assertThat(places).isEmpty();
    }

    // ---- who may use what ----

    @Test
    void only_the_meter_asks_an_upstream() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages(
                        ROOT,
                        packageOf("metering"),
                        packageOf("upstream"),
                        packageOf("channel"),
                        packageOf("gemini"),
                        packageOf("compat"))
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(
                        Upstreams.class,
                        PreparedCall.class,
                        Channel.class,
                        PreparedAsk.class,
                        SentCall.class,
                        UpstreamCall.class));
    }

    @Test
    void every_door_brings_its_ask_to_the_one_meter() {
        knowsOnly(
                "door",
                "answers",
                "metering",
                "models",
                "keys",
                "limits",
                "memory",
                "upstream",
                "storage",
                "error",
                "http");
        knowsOnly(
                "chat",
                "door",
                "conversation",
                "json",
                "media",
                "memory",
                "metering",
                "upstream",
                "openai",
                "models",
                "answers",
                "schema",
                "signatures",
                "ids",
                "config",
                "error",
                "http");
        knowsOnly(
                "generate",
                "door",
                "conversation",
                "json",
                "media",
                "memory",
                "metering",
                "upstream",
                "models",
                "answers",
                "schema",
                "signatures",
                "error",
                "http");
    }

    /** A call says what it wants kept, and to whom it says so is not its business: without a key it says it to nobody. */
    @Test
    void the_meter_does_not_know_who_keeps_its_answers() {
        knowsOnly("answers", "metering", "ledger", "storage", "limits", "memory", "error", "http");
        check(noClasses()
                .that()
                .resideInAPackage(packageOf("metering"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(packageOf("answers")));
    }

    /** Who watches is told, and never asked: nothing of traces is loaded where nobody wants them. */
    @Test
    void traces_are_known_to_the_root_alone_and_nobody_else_knows_their_library() {
        knowsOnly("telemetry", "metering", "models", "upstream", "error", "http");
        check(noClasses()
                .that()
                .resideOutsideOfPackages(ROOT, packageOf("telemetry"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(packageOf("telemetry")));
        check(noClasses()
                .that()
                .resideOutsideOfPackage(packageOf("telemetry"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.opentelemetry.."));
    }

    @Test
    void a_request_in_geminis_own_words_goes_to_gemini_channels_only() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages(packageOf("generate"), packageOf("upstream"), packageOf("gemini"))
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(NativeAsk.class));
    }

    @Test
    void sql_stays_in_the_stores() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages(
                        packageOf("storage"),
                        packageOf("allowances"),
                        packageOf("ledger"),
                        packageOf("keys"),
                        packageOf("receipts"),
                        packageOf("deeds"),
                        packageOf("prices"),
                        packageOf("settings"),
                        packageOf("payments"),
                        packageOf("tasks"),
                        packageOf("rollups"),
                        packageOf("signatures"),
                        packageOf("answers"),
                        packageOf("history"),
                        packageOf("people"),
                        packageOf("mail"),
                        packageOf("notices"),
                        packageOf("leaving"),
                        packageOf("audit"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.sql..", "javax.sql..", "org.sqlite..", "com.zaxxer.."));
    }

    @Test
    void the_general_http_library_stays_in_the_downloads_and_the_sandbox() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages(packageOf("media"), packageOf("sandbox"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.vertx.core.http.."));
    }

    @Test
    void only_the_root_makes_handlers() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage(ROOT)
                .should()
                .callConstructorWhere(target(owner(ofHandlers()))));
    }

    private static DescribedPredicate<JavaClass> ofHandlers() {
        return assignableTo(Handler.class)
                .or(simpleNameEndingWith("Handler").and(describe("ours", ArchitectureTest::isOurs)));
    }

    @Test
    void time_and_chance_come_in_from_outside() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage(ROOT)
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Math.class, "random")
                .orShould()
                .dependOnClassesThat()
                .belongToAnyOf(java.util.Random.class, ThreadLocalRandom.class));
    }

    // ---- money ----

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ledger",
                "models",
                "metering",
                "tasks",
                "rollups",
                "history",
                "keys",
                "receipts",
                "audit",
                "payments",
                "stripe",
                "generate"
            })
    void money_is_never_a_floating_point_number(String name) {
        check(classes().that().resideInAPackage(packageOf(name)).should(holdNoFloatingPoint()));
    }

    private static ArchCondition<JavaClass> holdNoFloatingPoint() {
        return new ArchCondition<>("hold, take, give or call for no floating point number") {
            @Override
            public void check(JavaClass it, ConditionEvents events) {
                floating(it).forEach(what -> events.add(SimpleConditionEvent.violated(it, what)));
            }
        };
    }

    private static Stream<String> floating(JavaClass it) {
        Stream<String> fields = it.getFields().stream()
                .filter(field -> isFloating(field.getRawType()))
                .map(field -> field.getFullName());
        Stream<String> signatures = it.getCodeUnits().stream()
                .filter(unit -> isFloating(unit.getRawReturnType())
                        || unit.getRawParameterTypes().stream().anyMatch(ArchitectureTest::isFloating))
                .map(unit -> unit.getFullName());
        Stream<String> calls = it.getCodeUnitCallsFromSelf().stream()
                .filter(call -> isFloating(call.getTarget().getRawReturnType())
                        || call.getTarget().getRawParameterTypes().stream().anyMatch(ArchitectureTest::isFloating))
                .map(call -> call.getDescription());
        Stream<String> reads = it.getFieldAccessesFromSelf().stream()
                .filter(access -> isFloating(access.getTarget().getRawType()))
                .map(JavaFieldAccess::getDescription);
        return Stream.of(fields, signatures, calls, reads).flatMap(all -> all);
    }

    private static boolean isFloating(JavaClass type) {
        return FLOATING.stream().anyMatch(type::isEquivalentTo);
    }

    // ---- how it is said ----

    /** Of our own packages, besides itself, the way amounts are written and the machine that all run on. */
    private static void knowsOnly(String name, String... others) {
        String[] allowed = Stream.concat(Stream.of(name, "money", "host", "fatal", "log"), Stream.of(others))
                .map(ArchitectureTest::packageOf)
                .toArray(String[]::new);
        DescribedPredicate<JavaClass> within = resideInAnyPackage(allowed);
        check(noClasses()
                .that()
                .resideInAPackage(packageOf(name))
                .should()
                .dependOnClassesThat(
                        describe("are ours and not of " + List.of(allowed), it -> isOurs(it) && !within.test(it))));
    }

    private static boolean isOurs(JavaClass it) {
        return it.getPackageName().equals(ROOT) || it.getPackageName().startsWith(ROOT + ".");
    }

    /** With its rooms, where it has some. */
    private static String packageOf(String name) {
        return ROOT + "." + name + "..";
    }

    private static void check(ArchRule rule) {
        rule.check(CLASSES);
    }
}
