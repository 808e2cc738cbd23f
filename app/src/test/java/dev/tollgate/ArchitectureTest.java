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
import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaFieldAccess;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.tollgate.base.ids.ProtocolName;
import dev.tollgate.base.words.Language;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.base.words.Words;
import dev.tollgate.http.Handler;
import dev.tollgate.models.Catalogue;
import dev.tollgate.protocols.door.Protocol;
import dev.tollgate.storage.secrets.SecretBox;
import dev.tollgate.testing.Knots;
import dev.tollgate.testing.Modules;
import dev.tollgate.testing.OurClasses;
import dev.tollgate.upstreams.pool.Channel;
import dev.tollgate.upstreams.pool.NativeAsk;
import dev.tollgate.upstreams.pool.PreparedAsk;
import dev.tollgate.upstreams.pool.PreparedCall;
import dev.tollgate.upstreams.pool.Provider;
import dev.tollgate.upstreams.pool.SentCall;
import dev.tollgate.upstreams.pool.UpstreamCall;
import dev.tollgate.upstreams.pool.Upstreams;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Collator;
import java.text.NumberFormat;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The allowed dependencies. A rule that stands in the way is changed here, in the open, with its reason in the commit. */
class ArchitectureTest {

    private static final String ROOT = "dev.tollgate";
    private static final String APP = ROOT + ".app";

    /** The package that puts the gateway together. */
    private static final String SERVING = ROOT + ".serving";

    private static final Set<Class<?>> FLOATING = Set.of(double.class, float.class, Double.class, Float.class);

    private static final JavaClasses CLASSES = OurClasses.ALL;

    // ---- packages ----

    /** A module, its districts from the ground up, and the modules that it knows. */
    private record Module(String name, List<String> districts, List<String> knows) {}

    /** The two halves, gateway and portal, do not know each other. */
    private static final List<Module> MODULES = List.of(
            new Module("base", List.of("base", "http", "storage"), List.of()),
            new Module("ledger", List.of("models", "books"), List.of("base")),
            new Module("shared", List.of("keys", "running", "jobs"), List.of("base", "ledger")),
            new Module(
                    "gateway",
                    List.of("upstreams", "calls", "protocols", "telemetry", "serving"),
                    List.of("base", "ledger", "shared")),
            new Module("verification", List.of("verification"), List.of("base")),
            new Module(
                    "portal",
                    List.of("customers", "operator", "pages", "portal"),
                    List.of("base", "ledger", "shared", "verification")),
            new Module("sandbox", List.of("sandbox"), List.of()),
            new Module(
                    "app",
                    List.of("app"),
                    List.of("base", "ledger", "shared", "gateway", "verification", "portal", "sandbox")));

    /** A district knows those before it in its module, and all of the modules that its own knows. */
    @Test
    void districts_know_only_those_before_them() {
        assertThat(CLASSES.stream()
                        .map(JavaClass::getPackageName)
                        .filter(name -> !name.equals(ROOT))
                        .map(name -> name.substring(ROOT.length() + 1).split("\\.")[0])
                        .distinct())
                .containsExactlyInAnyOrderElementsOf(
                        MODULES.stream().flatMap(it -> it.districts().stream()).toList());
        for (Module module : MODULES) {
            List<String> known = new ArrayList<>();
            MODULES.stream()
                    .filter(it -> module.knows().contains(it.name()))
                    .forEach(it -> known.addAll(it.districts()));
            for (String district : module.districts()) {
                known.add(district);
                DescribedPredicate<JavaClass> within = resideInAnyPackage(
                        known.stream().map(ArchitectureTest::packageOf).toArray(String[]::new));
                check(noClasses()
                        .that()
                        .resideInAPackage(packageOf(district))
                        .should()
                        .dependOnClassesThat(
                                describe("are ours and not of " + known, it -> isOurs(it) && !within.test(it))));
            }
        }
    }

    /** What is looked at is all of it. */
    @Test
    void each_module_has_classes_and_each_package_lies_in_one() {
        Map<String, Set<String>> modules = new TreeMap<>();
        for (Path folder : OurClasses.FOLDERS) {
            for (Path file : Modules.files(folder, ".class")) {
                modules.computeIfAbsent(String.valueOf(folder.relativize(file).getParent()), _ -> new TreeSet<>())
                        .add(Modules.nameOf(folder));
            }
        }
        assertThat(modules.values()).allSatisfy(names -> assertThat(names).hasSize(1));
        assertThat(modules.values().stream().flatMap(Set::stream).distinct())
                .containsExactlyInAnyOrderElementsOf(Modules.PROGRAM);
        assertThat(MODULES.stream().map(Module::name)).containsExactlyInAnyOrderElementsOf(Modules.PROGRAM);
    }

    /** What a module's pom.xml names is what it may know. */
    @Test
    void a_module_is_built_with_those_alone_that_it_knows() throws IOException {
        for (Module module : MODULES) {
            Set<String> built = new TreeSet<>();
            String pom = Files.readString(Path.of(module.name(), "pom.xml"));
            Pattern.compile("<groupId>dev.tollgate</groupId>\\s*<artifactId>(\\w+)</artifactId>\\s*</dependency>")
                    .matcher(pom)
                    .results()
                    .forEach(it -> built.add(it.group(1)));
            assertThat(built).as(module.name()).containsExactlyInAnyOrderElementsOf(module.knows());
        }
    }

    @Test
    void packages_form_no_cycles() {
        check(slices().matching("dev.tollgate.(**)").should().beFreeOfCycles());
    }

    /** What decides does not know the reader: it returns a sentence (L5). */
    @Test
    void only_what_writes_for_a_reader_knows_the_language_of_now() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages(
                        packageOf("base.words"),
                        packageOf("pages"),
                        packageOf("customers.mail"),
                        packageOf("customers.notices"))
                .should()
                .callMethod(Words.class, "say", String.class, Object[].class)
                .orShould()
                .callMethod(Sentence.class, "said")
                .orShould()
                .callMethod(Language.class, "now"));
    }

    /** The JDK's locale data changes with its version, and the Java that is shipped has none but English (L29). */
    @Test
    void nothing_is_written_by_locale_data() {
        Set<String> neutral = Set.of("ROOT", "ENGLISH");
        assertThat(CLASSES.stream()
                        .flatMap(it -> it.getAccessesFromSelf().stream())
                        .filter(it ->
                                it.getTargetOwner().isEquivalentTo(Locale.class) && !neutral.contains(it.getName()))
                        .map(Object::toString))
                .isEmpty();
        check(noClasses()
                .should()
                .callMethod(DateTimeFormatter.class, "ofPattern", String.class)
                .orShould()
                .callMethod(DateTimeFormatter.class, "ofLocalizedDate", FormatStyle.class)
                .orShould()
                .dependOnClassesThat()
                .belongToAnyOf(NumberFormat.class, Collator.class));
    }

    /** What becomes of each under a new secret key is decided in notes/protocol/year.md (C19): a new use is decided there first. */
    @Test
    void what_a_secret_key_makes_is_on_one_list() {
        Set<String> makes = Set.of("purpose", "print", "prints", "printer", "printers", "drawn");
        Set<String> found = new TreeSet<>();
        CLASSES.stream()
                .filter(it -> !it.getPackageName().equals(SecretBox.class.getPackageName()))
                .flatMap(it -> it.getCodeUnitAccessesFromSelf().stream())
                .filter(it -> it.getTargetOwner().isEquivalentTo(SecretBox.class) && makes.contains(it.getName()))
                .forEach(it -> found.add(it.getOriginOwner().getName().replaceFirst(".*\\.", "") + "." + it.getName()));
        Set<String> sealedAgain = Set.of("SigningKey", "SecondFactor", "WebhookSeal", "Outbox");
        Set<String> endAfterTheirLastUse = Set.of("KeptResponse$Seal", "FilePieces", "SignatureSeal", "Jobs");
        Set<String> endWithinADay = Set.of("SpoolFolder", "Sealed", "SealedFields");
        Set<String> withCallers = Set.of("Summaries", "ContinuationTokens");
        Set<String> reads = Set.of("KeptCheck", "JobCheck");
        assertThat(found)
                .containsExactlyInAnyOrderElementsOf(Stream.concat(
                                Stream.of(sealedAgain, endAfterTheirLastUse, endWithinADay, withCallers, reads)
                                        .flatMap(Set::stream)
                                        .map(it -> it + ".purpose"),
                                Stream.of(
                                        // looked up under each key
                                        "Prints.printers",
                                        "Signatures.printer",
                                        "StartMarks.prints",
                                        // good under each key
                                        "FilesHandler.prints",
                                        "FormTokens.print",
                                        "FormTokens.prints",
                                        "KnownBrowsers.prints",
                                        "Tokens.print",
                                        "Tokens.prints",
                                        // counted anew under a new first key
                                        "Allowances.print",
                                        "SessionName.print",
                                        // drawn from the first key
                                        "People.drawn",
                                        "Vouchers.drawn"))
                        .toList());
    }

    /** A mistake that the sandbox shared with the program would cancel out. */
    @Test
    void the_sandbox_knows_nothing_of_ours() {
        knowsOnly("sandbox");
    }

    /** All packages log, and no feature owns the form of a line. */
    @Test
    void the_log_knows_the_machine_and_what_is_fatal_alone() {
        check(noClasses()
                .that()
                .resideInAPackage(packageOf("base.log"))
                .should()
                .dependOnClassesThat(describe(
                        "are ours and neither of log, host nor fatal",
                        it -> isOurs(it)
                                && !resideInAnyPackage(
                                                packageOf("base.log"), packageOf("base.host"), packageOf("base.fatal"))
                                        .test(it))));
    }

    @Test
    void the_wire_format_knows_neither_money_nor_upstream() {
        check(noClasses()
                .that()
                .resideInAPackage(packageOf("protocols.openai"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        packageOf("storage"),
                        packageOf("books"),
                        packageOf("upstreams"),
                        packageOf("customers"),
                        packageOf("calls"),
                        packageOf("models.prices")));
    }

    /** Only a protocol's reader knows its field names: other code asks a place for its name. */
    @Test
    void a_protocol_of_callers_is_known_to_its_door_and_the_root_alone() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages(
                        ROOT,
                        APP,
                        SERVING,
                        packageOf("protocols.openai"),
                        packageOf("protocols.chat"),
                        packageOf("protocols.completions"),
                        packageOf("protocols.images"),
                        packageOf("protocols.audio"),
                        packageOf("protocols.batches"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(packageOf("protocols.openai")));
    }

    /** A door may name its own fields; OpenAI-compatible upstreams have the same names for what they receive. */
    @Test
    void no_path_or_word_of_a_callers_body_is_spelled_but_by_its_reader() throws IOException {
        Pattern path = Pattern.compile(
                "\"(messages|tools|functions|google|extra_body|response_format)\\.|\"\\.(input_audio|image_url|extra_content)"
                        + "|'(user|assistant|system|tool|required)'");
        List<String> spelled = new ArrayList<>();
        for (String name : List.of(
                "base.conversation",
                "calls.metering",
                "upstreams.pool",
                "upstreams.connections",
                "upstreams.gemini",
                "upstreams.compat",
                "protocols.googleapi",
                "upstreams.signatures")) {
            String folder = "/dev/tollgate/" + name.replace('.', '/') + "/";
            List<Path> files = Modules.sources().stream()
                    .filter(it -> it.toString().contains(folder))
                    .toList();
            assertThat(files).as(name).isNotEmpty();
            for (Path file : files) {
                path.matcher(Files.readString(file)).results().forEach(it -> spelled.add(file + ": " + it.group()));
            }
        }

        assertThat(spelled).isEmpty();
    }

    @Test
    void a_channel_never_knows_a_door_nor_money() {
        check(noClasses()
                .that()
                .resideInAnyPackage(
                        packageOf("upstreams.gemini"),
                        packageOf("upstreams.compat"),
                        packageOf("upstreams.embeddings"),
                        packageOf("upstreams.connections"),
                        packageOf("upstreams.pool"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        packageOf("protocols"),
                        packageOf("books"),
                        packageOf("customers"),
                        packageOf("calls"),
                        packageOf("models.prices")));
    }

    /** So that adding one touches its own package and a line of the root's. */
    @Test
    void a_provider_is_known_to_the_root_alone() {
        List<String> providers = CLASSES.stream()
                .filter(it -> !it.isInterface() && it.isAssignableTo(Provider.class))
                .map(JavaClass::getPackageName)
                .distinct()
                .toList();
        assertThat(providers).contains("dev.tollgate.upstreams.gemini", "dev.tollgate.upstreams.compat");
        for (String provider : providers) {
            check(noClasses()
                    .that()
                    .resideOutsideOfPackages(ROOT, APP, SERVING, provider + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage(provider + ".."));
        }
    }

    /** What it checks must not be what it checks with. */
    @Test
    void the_audit_knows_the_tables_and_none_of_the_code_that_fills_them() {
        knowsOnly("verification", "storage");
    }

    /** It is open to all: nothing of an account, or of what the operator has written, is within its reach. */
    @Test
    void the_documentation_knows_what_is_sold_and_how_pages_are_made() {
        knowsOnly(
                "pages.docs",
                "pages.frame",
                "pages.words",
                "models",
                "http.limits",
                "base.conversation",
                "base.error",
                "base.words",
                "http");
    }

    @Test
    void doors_and_commands_are_known_to_the_root_alone() {
        for (String name :
                Stream.concat(doors().stream(), Stream.of("operator.cli")).toList()) {
            check(noClasses()
                    .that()
                    .resideOutsideOfPackages(ROOT, APP, SERVING, packageOf(name))
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage(packageOf(name)));
        }
        check(noClasses()
                .that()
                .resideOutsideOfPackages(ROOT, APP, SERVING, packageOf("protocols"))
                .should()
                .dependOnClassesThat(resideInAnyPackage(packageOf("protocols.door"))
                        .and(describe("are more than a name", it -> !it.isEquivalentTo(ProtocolName.class)))));
    }

    /** What is watched does not know who watches, and with what library. */
    @Test
    void metrics_know_what_they_watch_and_are_known_to_the_root_alone() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages(ROOT, APP, SERVING, packageOf("telemetry.metrics"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(packageOf("telemetry.metrics"), "io.prometheus.."));
    }

    @Test
    void nothing_knows_the_root() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages(ROOT, APP)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(ROOT, APP));
        check(noClasses()
                .that()
                .resideOutsideOfPackages(ROOT, APP, SERVING)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(SERVING));
    }

    /** A class that needs more of them does the work of two modules. */
    @Test
    void no_class_of_the_composition_has_more_than_twelve_fields() {
        Map<String, Long> fields = CLASSES.stream()
                .filter(it -> Set.of(APP, SERVING).contains(it.getPackageName()))
                .collect(toMap(JavaClass::getName, it -> it.getFields().stream()
                        .filter(field -> !field.getModifiers().contains(JavaModifier.STATIC))
                        .count()));
        fields.values().removeIf(count -> count <= 12);

        assertThat(fields).isEmpty();
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

    /**
     * A file of a knot cannot be understood without all others of it.
     */
    @Test
    void no_more_than_six_files_of_a_package_reach_each_other() {
        assertThat(Knots.of(CLASSES)).allSatisfy(knot -> assertThat(knot.files())
                .as("a knot in %s", knot.packageName())
                .hasSizeLessThanOrEqualTo(6));
    }

    // ---- who may use what ----

    @Test
    void only_the_meter_asks_an_upstream() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages(
                        ROOT,
                        APP,
                        SERVING,
                        packageOf("calls.metering"),
                        packageOf("upstreams.pool"),
                        packageOf("upstreams.connections"),
                        packageOf("upstreams.embeddings"),
                        packageOf("upstreams.gemini"),
                        packageOf("upstreams.compat"))
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

    /** No door knows another, an account's money or a channel. */
    @Test
    void every_door_brings_its_ask_to_the_one_meter() {
        assertThat(doors())
                .contains("protocols.chat", "protocols.responses", "protocols.messages", "protocols.googleapi");
        for (String door : doors()) {
            knowsOnly(
                    door,
                    "protocols.door",
                    "protocols.openai",
                    "base",
                    "http",
                    "models",
                    "upstreams.connections",
                    "upstreams.media",
                    "upstreams.hops",
                    "upstreams.pool",
                    "upstreams.signatures",
                    "calls",
                    "books.ledger",
                    "running",
                    "jobs",
                    "storage");
        }
        check(noClasses()
                .that()
                .resideInAPackage(packageOf("protocols"))
                .should()
                .dependOnClassesThat(describe(
                        "are the ledger's, except a settlement and what reads its rows",
                        it -> it.getPackageName().equals(ROOT + ".books.ledger")
                                && !Set.of("Settle", "Records").contains(it.getSimpleName()))));
    }

    /** Returns the packages that have a protocol. */
    /** A room of a door belongs to it. */
    private static List<String> doors() {
        return CLASSES.stream()
                .filter(it -> !it.isInterface() && it.isAssignableTo(Protocol.class))
                .map(it -> it.getPackageName()
                        .substring(ROOT.length() + 1)
                        .replaceFirst("(protocols\\.[a-z]+)\\..*", "$1"))
                .distinct()
                .toList();
    }

    /** A call says what it wants stored, and not to which part: without a key no part stores it. */
    @Test
    void the_meter_does_not_know_who_keeps_its_answers() {
        check(noClasses()
                .that()
                .resideInAPackage(packageOf("calls.metering"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(packageOf("calls.replay")));
    }

    /** Observers are notified and never asked: no class of traces is loaded unless traces are on. */
    @Test
    void only_the_root_knows_traces_and_only_traces_know_their_library() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages(ROOT, APP, SERVING, packageOf("telemetry.traces"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(packageOf("telemetry.traces")));
        check(noClasses()
                .that()
                .resideOutsideOfPackage(packageOf("telemetry.traces"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.opentelemetry.."));
    }

    @Test
    void a_request_in_geminis_own_words_goes_to_gemini_channels_only() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages(
                        packageOf("protocols.googleapi"), packageOf("upstreams.pool"), packageOf("upstreams.gemini"))
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(NativeAsk.class));
    }

    /** Those outside of the start, the operator and the pages without a session that name the catalogue, and why they show no other price. */
    private static final Map<String, String> NAME_THE_CATALOGUE = Map.ofEntries(
            Map.entry("CurrentModels", "ids, and what of an account's catalogue serves now"),
            Map.entry("ModelNotices", "each account's catalogue"),
            Map.entry("GoogleModelsHandler", "ids and limits"),
            Map.entry("PlaygroundPage", "the account's catalogue"),
            Map.entry("RevealedKey", "the account's catalogue"),
            Map.entry("OverviewPage", "the account's catalogue, and ids"),
            Map.entry("Reasons", "ids; prices are the account's"),
            Map.entry("RequestPage", "words about a model"),
            Map.entry("RequestsPage", "ids"),
            Map.entry("MemberPage", "ids"),
            Map.entry("KeyFields", "ids"),
            Map.entry("UsageChart", "ids"));

    @Test
    void models_come_to_callers_and_sessions_at_their_prices() {
        check(noClasses()
                .that(describe(
                        "take models from SoldTo, at the prices of the account that they are about (Z3)",
                        it -> !NAME_THE_CATALOGUE.containsKey(it.getSimpleName())
                                && !NAME_THE_CATALOGUE.containsKey(it.getEnclosingClass()
                                        .map(JavaClass::getSimpleName)
                                        .orElse(""))))
                .and()
                .resideOutsideOfPackages(
                        packageOf("models"),
                        ROOT + ".app",
                        ROOT + ".serving",
                        ROOT + ".portal",
                        packageOf("operator"),
                        packageOf("pages.console"),
                        packageOf("pages.entrance"),
                        packageOf("pages.docs"))
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(Catalogue.class));
    }

    @Test
    void sql_stays_in_the_stores() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages(
                        packageOf("storage"),
                        packageOf("books.allowances"),
                        packageOf("books.ledger"),
                        packageOf("books.budgets"),
                        packageOf("books.grants"),
                        packageOf("books.plans"),
                        packageOf("books.calls"),
                        packageOf("books.labels"),
                        packageOf("keys"),
                        packageOf("books.receipts"),
                        packageOf("books.auditlog"),
                        packageOf("models.prices"),
                        packageOf("models.routing"),
                        packageOf("operator.settings"),
                        packageOf("customers.payments"),
                        packageOf("customers.teams"),
                        packageOf("customers.webhooks"),
                        packageOf("books.tasks"),
                        packageOf("books.rollups"),
                        packageOf("upstreams.signatures"),
                        packageOf("calls.replay"),
                        packageOf("calls.kept"),
                        packageOf("jobs"),
                        packageOf("calls.files"),
                        packageOf("customers.figures"),
                        packageOf("customers.months"),
                        packageOf("customers.people"),
                        packageOf("customers.rejections"),
                        packageOf("customers.roles"),
                        packageOf("customers.members"),
                        packageOf("customers.organizations"),
                        packageOf("customers.mail"),
                        packageOf("customers.notices"),
                        packageOf("customers.departure"),
                        packageOf("verification"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.sql..", "javax.sql..", "org.sqlite..", "com.zaxxer.."));
    }

    /** The copy between databases writes each table. */
    @Test
    void a_table_is_written_by_one_package() throws IOException {
        Set<String> tables = tables();
        Map<String, Set<String>> writers = writers(tables);
        assertThat(writers.keySet()).as("tables whose writer is not found").isEqualTo(tables);
        writers.values().removeIf(packages -> packages.size() == 1);

        assertThat(writers).isEmpty();
    }

    /** Neither half reads the tables of the other: it asks the store, through an interface of a lower module. */
    @Test
    void a_half_names_no_table_of_the_other() throws IOException {
        Set<String> tables = tables();
        Map<String, Set<String>> writers = writers(tables);
        List<String> named = new ArrayList<>();
        for (Module half : List.of(module("gateway"), module("portal"))) {
            Module other = half.name().equals("gateway") ? module("portal") : module("gateway");
            Set<String> foreign = writers.keySet().stream()
                    .filter(table -> writers.get(table).stream()
                            .anyMatch(name -> other.districts().contains(name.split("\\.")[0])))
                    .collect(toSet());
            assertThat(foreign).as(other.name()).hasSizeGreaterThan(5);
            Pattern read = Pattern.compile("\\b(?:FROM|JOIN)\\s+(\\w+)|\"(\\w+) [a-z]\"");
            for (Path file : Modules.sources()) {
                if (file.startsWith(half.name())) {
                    read.matcher(code(Files.readString(file)))
                            .results()
                            .flatMap(it -> Stream.of(1, 2).map(it::group).filter(Objects::nonNull))
                            .filter(foreign::contains)
                            .forEach(table -> named.add(file + ": " + table));
                }
            }
        }

        assertThat(named).isEmpty();
    }

    private static Module module(String name) {
        return MODULES.stream().filter(it -> it.name().equals(name)).findFirst().orElseThrow();
    }

    private static Set<String> tables() throws IOException {
        Set<String> tables = new TreeSet<>();
        Path migrations = Path.of("base/src/main/resources");
        for (Path file : Modules.files(migrations, ".sql")) {
            named("CREATE TABLE", file).forEach(tables::add);
        }
        for (Path file : Modules.files(migrations, ".sql")) {
            named("DROP TABLE", file).forEach(tables::remove);
        }
        return tables;
    }

    /** Returns the packages, without the root's name, that write each table. */
    private static Map<String, Set<String>> writers(Set<String> tables) throws IOException {
        Map<String, Set<String>> writers = new TreeMap<>();
        for (Path file : Modules.sources()) {
            String name = String.valueOf(file.getParent())
                    .replace('/', '.')
                    .replaceFirst("^\\w+\\.src\\.main\\.java\\." + ROOT, "");
            if (!file.endsWith("TableCopy.java")) {
                written(Files.readString(file)).filter(tables::contains).forEach(table -> writers.computeIfAbsent(
                                table, _ -> new TreeSet<>())
                        .add(name.substring(1)));
            }
        }
        return writers;
    }

    private static String code(String source) {
        return Pattern.compile("(?s)/\\*.*?\\*/|//[^\\n]*").matcher(source).replaceAll("");
    }

    /** Returns the tables that the SQL of a source writes, also where a statement is put together from the table's name. */
    private static Stream<String> written(String source) {
        String code = code(source);
        String into = "\\b(?:INSERT INTO|DELETE FROM|UPDATE)\\s+";
        String adds = Pattern.compile(into + "\"\\s*\\+").matcher(code).find() ? "|\\badd" : "";
        return Pattern.compile(into + "(\\w+)|(?:RowStatement\\s*\\.(?:insert|embedded)|new Tape" + adds
                        + ")\\(\\s*\"(\\w+)\\b[^\"]*\"(?:,\\s*\"(\\w+)\")?")
                .matcher(code)
                .results()
                .flatMap(it -> Stream.of(1, 2, 3).map(it::group).filter(Objects::nonNull));
    }

    private static Stream<String> named(String words, Path file) throws IOException {
        return Pattern.compile(words + " (\\w+)")
                .matcher(Files.readString(file))
                .results()
                .map(it -> it.group(1));
    }

    @Test
    void the_general_http_library_stays_in_the_downloads_and_the_sandbox() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages(packageOf("upstreams.media"), packageOf("sandbox"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.vertx.core.http.."));
        // What the training loads, each start loads.
        check(noClasses().should().dependOnClassesThat().resideInAPackage("java.net.http.."));
    }

    /** Features see requests and responses; only the server that {@code app} puts together knows the transport. */
    @Test
    void http_is_seen_without_its_engine() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages(
                        packageOf("app"), packageOf("serving"), packageOf("http.exchange"), packageOf("http.engine"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(packageOf("http.exchange"), packageOf("http.engine")));
        check(noClasses()
                .that()
                .resideInAPackage(packageOf("http.exchange"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(packageOf("http.engine"), "io.netty.channel..", "io.netty.buffer.."));
        check(noClasses()
                .that()
                .resideInAPackage(ROOT + ".http")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty.."));
    }

    @Test
    void only_the_root_and_the_wiring_of_the_portal_make_handlers() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages(ROOT, APP, SERVING, ROOT + ".portal")
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
                .resideOutsideOfPackages(ROOT, APP, SERVING)
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
                "books.calls",
                "books.ledger",
                "books.budgets",
                "books.grants",
                "books.plans",
                "books.labels",
                "models",
                "calls.metering",
                "books.tasks",
                "books.rollups",
                "customers.figures",
                "customers.months",
                "keys",
                "customers.keys",
                "customers.organizations",
                "books.receipts",
                "verification",
                "customers.payments",
                "customers.stripe",
                "protocols.googleapi"
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

    /** Our own packages that it may know besides itself: the notation of amounts and the machine. */
    private static void knowsOnly(String name, String... others) {
        String[] allowed = Stream.concat(
                        Stream.of(name, "base.money", "base.host", "base.fatal", "base.log"), Stream.of(others))
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
