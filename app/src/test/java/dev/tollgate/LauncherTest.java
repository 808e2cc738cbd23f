package dev.tollgate;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.config.Setting;
import dev.tollgate.base.config.SettingTable;
import dev.tollgate.testing.Programs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The launcher among JDKs and Mavens of paper: the folders of the machine that it looks into are moved below a temporary one, the
 * programs there write down what they were called with.
 */
@Order(4)
class LauncherTest {

    @TempDir
    Path folder;

    private Path machine;
    private Path project;
    private Path tools;
    private Path home;

    private record Run(int exitCode, String out, String err) {}

    @BeforeEach
    void layOut() throws IOException {
        machine = Files.createDirectories(folder.resolve("machine"));
        project = Files.createDirectories(folder.resolve("a project"));
        home = Files.createDirectories(folder.resolve("home"));
        tools = Files.createDirectories(folder.resolve("tools"));
        for (String tool : List.of(
                "sh",
                "sed",
                "head",
                "find",
                "dirname",
                "readlink",
                "mkdir",
                "rm",
                "cp",
                "ln",
                "mv",
                "cat",
                "cksum",
                "grep",
                "sleep",
                "env",
                "uname",
                "git",
                "sort",
                "cut",
                "basename",
                "touch",
                "tail",
                "tee",
                "id",
                "bash")) {
            Files.createSymbolicLink(tools.resolve(tool), tool(tool));
        }
        write(project.resolve("pom.xml"), "<project/>");
        write(project.resolve("app/src/main/java/A.java"), "class A {}");
        // Folders that hold the JDKs of real machines, all of which are absolute and stand after a space.
        String script = Files.readString(Path.of("tollgate"));
        program(
                project.resolve("tollgate"),
                script.replaceAll(" (/(?:usr|opt|Library|home)/)", " \"" + machine + "\"$1"));
    }

    @Test
    void a_jdk_in_the_usual_folder_is_found_although_the_default_java_is_older() throws Exception {
        jdk(tools.resolve("old"), "17.0.15");
        Files.createSymbolicLink(tools.resolve("java"), Path.of("old/bin/java"));
        jdk(machine.resolve("usr/lib/jvm/java-21"), "21.0.1");
        jdk(machine.resolve("usr/lib/jvm/temurin-25-jdk"), "25.0.1");
        maven("3.8.7");
        assertThat(launch("serve").out()).contains("ran by " + machine.resolve("usr/lib/jvm/temurin-25-jdk"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ".sdkman/candidates/java/25.0.1-tem",
                ".jdks/temurin-25",
                "Library/Java/JavaVirtualMachines/t.jdk/Contents/Home"
            })
    void a_jdk_below_the_home_folder_is_found(String place) throws Exception {
        jdk(home.resolve(place), "25");
        maven("3.9.9");
        assertThat(launch("serve").out()).contains("ran by " + home.resolve(place));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "opt/homebrew/opt/openjdk",
                "Library/Java/JavaVirtualMachines/temurin-26.jdk/Contents/Home",
                "usr/lib64/jvm/java-25"
            })
    void a_jdk_of_another_systems_folders_is_found(String place) throws Exception {
        jdk(machine.resolve(place), "26");
        maven("4.0.0");
        assertThat(launch("serve").out()).contains("ran by " + machine.resolve(place));
    }

    /** What the JVM's own heap is missing no code of ours may get to see. */
    @Test
    void a_server_without_memory_ends() throws Exception {
        ready();
        assertThat(launch("serve").out()).contains("/jvm.options ");
        assertThat(Files.readAllLines(Path.of("jvm.options"))).contains("-XX:+ExitOnOutOfMemoryError");
    }

    @Test
    void java_home_is_believed_unless_it_is_too_old_or_no_jdk() throws Exception {
        jdk(machine.resolve("usr/lib/jvm/temurin-25"), "25.0.1");
        jdk(folder.resolve("my jdk"), "27-ea");
        jdk(folder.resolve("old"), "24.0.2");
        maven("3.8.7");
        Path mine = folder.resolve("my jdk");
        assertThat(launch(Map.of("JAVA_HOME", mine.toString()), project, "serve")
                        .out())
                .contains("ran by " + mine);
        assertThat(launch(Map.of("JAVA_HOME", folder.resolve("old").toString()), project, "serve")
                        .out())
                .contains("ran by " + machine);
        Files.delete(mine.resolve("bin/javac"));
        assertThat(launch(Map.of("JAVA_HOME", mine.toString()), project, "serve")
                        .out())
                .contains("ran by " + machine);
    }

    @Test
    void without_a_jdk_one_sentence_says_what_to_install() throws Exception {
        jdk(machine.resolve("usr/lib/jvm/java-17"), "17.0.15");
        maven("3.8.7");
        Run run = launch("serve");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .isEqualTo("tollgate: Install a JDK of version 25 or newer (for example Eclipse Temurin 25),"
                        + " or point JAVA_HOME to one.\n");
    }

    @Test
    void without_a_maven_that_is_new_enough_one_sentence_says_what_to_install() throws Exception {
        jdk(machine.resolve("usr/lib/jvm/temurin-25"), "25.0.1");
        Run none = launch("serve");
        assertThat(none.exitCode()).isEqualTo(1);
        assertThat(none.err()).isEqualTo("tollgate: Install Apache Maven 3.8 or newer and put its mvn on the PATH.\n");
        maven("3.6.3");
        Run old = launch("test");
        assertThat(old.exitCode()).isEqualTo(1);
        assertThat(old.err()).isEqualTo(none.err());
    }

    @Test
    void it_builds_once_and_again_when_a_source_has_changed_or_gone() throws Exception {
        ready();
        launch("serve");
        launch("serve");
        assertThat(builds()).containsExactly("-B -Dstyle.color=never -q -Dmaven.test.skip=true process-test-classes");
        touch(project.resolve("app/src/main/java/A.java"));
        launch("serve");
        assertThat(builds()).hasSize(2);
        write(project.resolve("app/src/main/java/B.java"), "class B {}");
        launch("serve");
        assertThat(builds()).hasSize(3);
        touch(project.resolve("pom.xml"));
        launch("serve");
        assertThat(builds()).hasSize(4);
        Files.delete(project.resolve("app/src/main/java/B.java"));
        launch("serve");
        launch("serve");
        assertThat(builds()).hasSize(5);
    }

    @Test
    void what_a_server_runs_from_outlives_two_more_builds() throws Exception {
        ready();
        for (int i = 0; i < 5; i++) {
            touch(project.resolve("pom.xml"));
            launch("serve");
        }
        try (Stream<Path> runs = Files.list(project.resolve("target/run"))) {
            assertThat(runs.map(run -> run.getFileName().toString())).containsExactlyInAnyOrder("3", "4", "5");
        }
        assertThat(project.resolve("target/run/5/lib/library.jar")).exists();
    }

    @Test
    void a_build_that_fails_stops_and_the_next_start_builds_again() throws Exception {
        ready();
        write(project.resolve("broken"), "");
        Run broken = launch("serve");
        assertThat(broken.exitCode()).isEqualTo(1);
        assertThat(broken.out()).isEmpty();
        assertThat(broken.err()).contains("tollgate: the build has failed");
        Files.delete(project.resolve("broken"));
        assertThat(launch("serve").exitCode()).isZero();
        assertThat(builds()).hasSize(2);
    }

    @Test
    void it_works_through_a_link_from_anywhere_and_hands_arguments_on_as_they_are() throws Exception {
        ready();
        Path elsewhere = Files.createDirectories(folder.resolve("else where"));
        Path link = Files.createSymbolicLink(elsewhere.resolve("link"), Path.of("../a project/tollgate"));
        Path second = Files.createSymbolicLink(folder.resolve("second"), link);
        Run run = start(Map.of(), home, second, "account", "create", "--name", "Ann B  C", "*", "$HOME", "");
        assertThat(run.exitCode()).isEqualTo(7);
        assertThat(run.out())
                .contains("in " + home.toRealPath())
                .endsWith("[account]\n[create]\n[--name]\n[Ann B  C]\n[*]\n[$HOME]\n[]\n");
    }

    @Test
    void the_jvm_is_given_its_flags_and_the_recorded_start_where_there_is_one() throws Exception {
        ready();
        String first = launch("serve").out();
        assertThat(first).contains("@" + project.toRealPath() + "/jvm.options ");
        assertThat(first).doesNotContain("AOTCache");
        write(project.resolve("target/run/1/tollgate.aot"), "");
        assertThat(launch("serve").out())
                .contains("-XX:AOTCache=" + project.toRealPath() + "/target/run/1/tollgate.aot")
                .contains(" -Dorg.sqlite.lib.path=" + project.toRealPath() + "/target/run/1 ");
    }

    @Test
    void a_later_jdk_may_have_dropped_one_of_the_jvms_options() throws Exception {
        jdk(machine.resolve("usr/lib/jvm/java-25"), "25.0.3");
        maven("3.8.7");
        assertThat(launch("serve").out()).doesNotContain("IgnoreUnrecognizedVMOptions");
        jdk(folder.resolve("later"), "29");
        Map<String, String> later = Map.of("JAVA_HOME", folder.resolve("later").toString());
        assertThat(launch(later, project, "serve").out()).contains("-XX:+IgnoreUnrecognizedVMOptions @");
    }

    @Test
    void on_one_processor_the_jvm_begins_with_a_small_heap() throws Exception {
        ready();
        program(tools.resolve("nproc"), "#!/bin/sh\necho 2\n");
        assertThat(launch("serve").out()).contains("/jvm.options ").doesNotContain("-Xms");
        program(tools.resolve("nproc"), "#!/bin/sh\necho 1\n");
        assertThat(launch("serve").out()).contains(" -Xms72m ");
    }

    @Test
    void a_check_gives_the_jvm_its_options_where_it_says_nothing_of_them() throws Exception {
        ready();
        Map<String, String> options = Map.of("JAVA_TOOL_OPTIONS", "-Da=1", "JDK_JAVA_OPTIONS", "-Db=2 -Dc=3");
        assertThat(launch(options, project, "ledger", "verify", "--data", "x").out())
                .contains(" -Da=1 -Db=2 -Dc=3 ", "variables: \n");
        assertThat(launch(options, project, "serve").out()).contains("variables: -Da=1 -Db=2 -Dc=3\n");
    }

    @Test
    void the_training_knows_nothing_of_the_users_settings() throws Exception {
        ready();
        launch(Map.of("TOLLGATE_DEMO_KEY", "sk-secret-1", "GEMINI_API_KEY", "AIza"), project, "serve");
        List<String> seen = Files.readAllLines(project.resolve("settings-seen"));
        assertThat(seen).containsExactly("training: /", "run: sk-secret-1/AIza");
    }

    @Test
    void the_training_knows_of_no_place_that_settings_come_from() throws Exception {
        ready();
        Map<String, String> variables =
                new HashMap<>(Map.of("CREDENTIALS_DIRECTORY", "/run/credentials/tollgate.service"));
        for (Setting<?> setting : SettingTable.all()) {
            variables.put(setting.variable(), "given");
            variables.put(setting.variable() + "_FILE", "/run/secrets/given");
        }
        launch(variables, project, "serve");
        assertThat(Files.readAllLines(project.resolve("training-variables")))
                .contains("HOME")
                .doesNotContainAnyElementsOf(variables.keySet());
    }

    @Test
    void a_server_that_stays_is_recorded_no_more() throws Exception {
        ready();
        write(project.resolve("records"), "");
        launch("serve");
        launch("serve");
        assertThat(project.resolve("target/run/1/tollgate.aot")).content().startsWith("40 ");
        assertThat(trainings()).hasSize(1);
    }

    @Test
    void two_starts_at_once_build_once() throws Exception {
        ready();
        Process other = begin(Map.of(), project, project.resolve("tollgate"), "serve");
        launch("serve");
        assertThat(other.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(builds()).hasSize(1);
        assertThat(project.resolve("target/build.lock")).doesNotExist();
    }

    @Test
    void the_lock_of_a_build_that_was_killed_is_taken_over() throws Exception {
        ready();
        Process gone = new ProcessBuilder("true").start();
        gone.waitFor();
        write(project.resolve("target/build.lock/pid"), gone.pid() + "\n");
        assertThat(launch("serve").exitCode()).isEqualTo(0);
    }

    @Test
    void test_runs_everything_and_leaves_nothing_to_build() throws Exception {
        ready();
        Run run = launch("test", "-Dtest=Some*");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("Tests run: 5");
        launch("serve");
        assertThat(builds()).containsExactly("-B -Dstyle.color=never test -Dtest=Some*");
    }

    @Test
    void the_sum_of_a_run_has_nothing_of_an_earlier_one() throws Exception {
        ready();
        Files.createSymbolicLink(tools.resolve("awk"), tool("awk"));
        write(
                project.resolve("target/surefire-reports/TEST-Earlier.xml"),
                "<testsuite name=\"Earlier\" tests=\"9\" errors=\"0\" skipped=\"0\" failures=\"7\">\n");
        assertThat(launch("test", "-Dtest=Some*").out())
                .contains("Tests run: 5")
                .doesNotContain("Failures: 7");
    }

    @Test
    void a_change_runs_the_tests_of_its_module_and_of_those_above() throws Exception {
        ready();
        for (String[] module : new String[][] {{"low"}, {"high", "low"}, {"other"}}) {
            write(project.resolve(module[0] + "/pom.xml"), module.length < 2 ? "" : "<artifactId>low</artifactId>");
            write(project.resolve(module[0] + "/src/main/java/dev/tollgate/" + module[0] + "s/A.java"), "class A {}");
        }
        write(project.resolve("docs/page.md"), "");
        write(project.resolve(".gitignore"), "target\nbuilds\n");
        git("init", "--quiet");
        write(project.resolve("high/src/test/java/dev/tollgate/lows/OnHighTest.java"), "");
        git("add", "--all");
        git("-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "--quiet", "--message", "x");
        String always = "-Dtest=dev/tollgate/*Test,dev/tollgate/app/**,dev/tollgate/pages/docs/**";

        write(project.resolve("docs/page.md"), "more");
        launch("test", "--changed");
        write(project.resolve("other/src/main/java/dev/tollgate/others/B.java"), "class B {}");
        launch("test", "--changed", "HEAD");
        write(project.resolve("low/src/main/java/dev/tollgate/lows/A.java"), "class A { }");
        launch("test", "--changed");
        write(project.resolve("app/src/main/java/A.java"), "class A { }");
        launch("test", "--changed");

        assertThat(builds())
                .map(build -> build.replaceFirst(".* test ?", ""))
                .containsExactly(
                        always,
                        always + ",dev/tollgate/others/**",
                        always
                                + ",dev/tollgate/highs/**,dev/tollgate/lows/OnHighTest.java,dev/tollgate/lows/**,dev/tollgate/others/**",
                        "");
        assertThat(launch("test", "--changed", "nowhere").err()).contains("git knows no commit 'nowhere'");
    }

    private void git(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("git", "-C", project.toString()));
        command.addAll(List.of(arguments));
        assertThat(new ProcessBuilder(command).start().waitFor()).isZero();
    }

    @Test
    void a_check_that_finds_something_fails_and_names_it() throws Exception {
        ready();
        assertThat(launch("check").exitCode()).isZero();
        write(project.resolve("unformatted"), "");
        Run run = launch("check", "--long");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .isEqualTo(
                        "Some.java is not formatted\ntollgate: the check has found what is named above; mvn spotless:apply formats\n");
        assertThat(builds())
                .containsExactly(
                        "-B -q -Dstyle.color=never compile -Pcheck",
                        "-B -q -Dstyle.color=never compile -Pcheck -Dtest.long=true");
        assertThat(launch("check", "-Dquick").err())
                .isEqualTo("tollgate: check takes --long or --help, not '-Dquick'\n");
        assertThat(launch("test").exitCode()).isZero();
    }

    @Test
    void continuous_integration_fails_if_check_or_tests_fail() throws Exception {
        ready();
        Files.createDirectories(project.resolve(".ci"));
        Path everything = Programs.install(Path.of(".ci/run"), project.resolve(".ci/run"));
        assertThat(start(Map.of(), home, everything)).matches(run -> run.exitCode() == 0 && endsWithTheSum(run));
        write(project.resolve("unformatted"), "");
        assertThat(start(Map.of(), home, everything)).matches(run -> run.exitCode() == 1 && endsWithTheSum(run));
        Files.delete(project.resolve("unformatted"));
        write(project.resolve("failing"), "");
        assertThat(start(Map.of(), home, everything)).matches(run -> run.exitCode() == 1 && endsWithTheSum(run));
    }

    private static boolean endsWithTheSum(Run run) {
        return run.out().endsWith("Tests run: 5\n");
    }

    @Test
    void a_long_test_tells_every_test_so_and_the_fuzzers_for_how_many_minutes() throws Exception {
        ready();
        launch("test", "--long");
        launch("test", "--long", "3", "-Dtest=Some*");
        assertThat(builds())
                .filteredOn(build -> build.contains(" test "))
                .containsExactly(
                        "-B -Dstyle.color=never test -Dtest.long=true -Dfuzz.minutes=10",
                        "-B -Dstyle.color=never test -Dtest.long=true -Dfuzz.minutes=3 -Dtest=Some*");
    }

    @Test
    void a_long_test_of_so_many_minutes_as_are_no_number_is_refused_before_anything_is_built() throws Exception {
        ready();
        Run run = launch("test", "--long", "1h");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).isEqualTo("tollgate: the minutes after --long are a whole number, not '1h'\n");
        assertThat(project.resolve("builds")).doesNotExist();
    }

    @Test
    void test_tells_its_options_and_runs_nothing() throws Exception {
        ready();
        for (String option : List.of("--help", "-h")) {
            Run run = launch("test", option);
            assertThat(run.exitCode()).isZero();
            assertThat(run.out()).startsWith("Usage: ./tollgate test").contains("--long [MINUTES]", "-Dtest=NAME");
            assertThat(launch("check", option).out())
                    .startsWith("Usage: ./tollgate check")
                    .contains("--long");
        }
        assertThat(project.resolve("builds")).doesNotExist();
    }

    @Test
    void words_runs_the_test_that_writes_them() throws Exception {
        ready();
        write(project.resolve("portal/src/main/resources/words/zh-Hans.json"), "{}");
        assertThat(launch("words").exitCode()).isZero();
        assertThat(launch("words", "--same", "--todo", "zh-Hans").exitCode()).isZero();
        assertThat(builds())
                .containsExactly(
                        "-B -Dstyle.color=never test -Dtest=SentencesTest -Dwords=write",
                        "-B -Dstyle.color=never test -Dtest=SentencesTest -Dwords=write -Dwords.same=true -Dwords.todo=zh-Hans");
        assertThat(launch("words", "--todo", "xx").err())
                .isEqualTo("tollgate: --todo names a language with a file, such as zh-Hans, not 'xx'\n");
        assertThat(launch("words", "zh-Hans").err())
                .isEqualTo("tollgate: words takes --same, --todo and --help, not 'zh-Hans'\n");
    }

    @Test
    void a_test_that_fails_is_an_exit_code_and_no_new_run() throws Exception {
        ready();
        write(project.resolve("broken"), "");
        assertThat(launch("test").exitCode()).isEqualTo(1);
        assertThat(project.resolve("target/run")).doesNotExist();
        assertThat(project.resolve("target/build.lock")).doesNotExist();
    }

    @Test
    void bench_is_handed_on() throws Exception {
        ready();
        assertThat(launch("bench").err()).isEqualTo("tollgate: there is no bench/run here\n");
        Files.createDirectories(project.resolve("bench"));
        program(project.resolve("bench/run"), "#!/bin/sh\necho \"bench $* by $JAVA_HOME\"\n");
        assertThat(launch("bench", "--quick").out())
                .isEqualTo("bench --quick by " + machine.resolve("usr/lib/jvm/temurin-25") + "\n");
    }

    @Test
    void without_a_command_the_launcher_lists_all_commands() throws Exception {
        for (String[] line : new String[][] {{}, {"help"}, {"--help"}, {"-h"}}) {
            Run run = launch(line);
            assertThat(run.exitCode()).isZero();
            assertThat(run.out())
                    .startsWith("Usage: ./tollgate COMMAND")
                    .contains("serve", "test", "bench", "account", "key", "ledger", "backup");
        }
    }

    @Test
    void what_was_packed_is_served_by_a_jdk_alone_and_builds_nothing() throws Exception {
        jdk(machine.resolve("usr/lib/jvm/temurin-25"), "25.0.1");
        Path launcher = unpacked();
        Run run = start(Map.of(), home, launcher, "serve");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("-jar " + launcher.resolveSibling("tollgate.jar"));
        assertThat(start(Map.of(), home, launcher, "serve").exitCode()).isZero();
        assertThat(start(Map.of(), home, launcher, "help").out())
                .contains("prepare")
                .doesNotContain("bench", "package");
        for (String missing : List.of("test", "check", "words", "bench", "package")) {
            assertThat(start(Map.of(), home, launcher, missing).err())
                    .isEqualTo("tollgate: there is no " + missing + " here: it needs a checkout of the sources\n");
        }
        assertThat(trainings()).hasSize(1);
    }

    /** All files of all packages are of one time: the JVM alone would take the cache of an older program of the same size. */
    @Test
    void the_cache_of_another_program_or_jdk_is_never_used() throws Exception {
        Path jdk = machine.resolve("usr/lib/jvm/temurin-25");
        jdk(jdk, "25.0.1");
        Path launcher = unpacked();
        write(project.resolve("records"), "");
        start(Map.of(), home, launcher, "prepare");
        assertThat(start(Map.of(), home, launcher, "account", "list").out()).contains("-XX:AOTCache=");
        write(launcher.resolveSibling("SHA256SUMS"), "2 tollgate.jar\n");
        assertThat(start(Map.of(), home, launcher, "account", "list").out()).doesNotContain("AOTCache");
        assertThat(start(Map.of(), home, launcher, "serve").out()).contains("-XX:AOTCache=");
        jdk(jdk, "25.0.2");
        assertThat(start(Map.of(), home, launcher, "account", "list").out()).doesNotContain("AOTCache");
        assertThat(start(Map.of(), home, launcher, "serve").out()).contains("-XX:AOTCache=");
        assertThat(trainings()).hasSize(3);
    }

    @Test
    void a_package_prefers_the_runtime_that_it_brings_and_the_cache_folder_of_its_service() throws Exception {
        jdk(machine.resolve("usr/lib/jvm/temurin-25"), "25.0.1");
        Path launcher = unpacked();
        Path runtime = launcher.resolveSibling("runtime");
        jdk(runtime, "25.0.3");
        Files.delete(runtime.resolve("bin/javac"));
        write(project.resolve("records"), "");
        Path cache = folder.resolve("cache of the service");
        Run run = start(Map.of("CACHE_DIRECTORY", cache.toString()), home, launcher, "serve");
        assertThat(run.out()).contains("ran by " + runtime, "-XX:AOTCache=" + cache.resolve("tollgate.aot"));
        assertThat(launcher.resolveSibling("cache")).doesNotExist();
    }

    private Path unpacked() throws IOException {
        Path where = Files.createDirectories(folder.resolve("a package")).toRealPath();
        write(where.resolve("tollgate.jar"), "");
        write(where.resolve("SHA256SUMS"), "1 tollgate.jar\n");
        return Programs.install(project.resolve("tollgate"), where.resolve("tollgate"));
    }

    private List<String> trainings() throws IOException {
        return Files.readAllLines(project.resolve("settings-seen")).stream()
                .filter(line -> line.startsWith("training"))
                .toList();
    }

    private void ready() throws IOException {
        jdk(machine.resolve("usr/lib/jvm/temurin-25"), "25.0.1");
        maven("3.8.7");
    }

    // Says by whom, where and with what it was called; "serve" is done with 0, everything else with 7.
    private void jdk(Path where, String version) throws IOException {
        write(where.resolve("release"), "IMPLEMENTOR=\"Paper\"\nJAVA_VERSION=\"" + version + "\"\n");
        program(where.resolve("bin/javac"), "#!/bin/sh\n");
        program(where.resolve("bin/java"), """
                #!/bin/sh
                seen="${TOLLGATE_DEMO_KEY:-}/${GEMINI_API_KEY:-}"
                case "$*" in
                *-version) exit 0 ;;
                *AOTCacheOutput*)
                  echo "training: $seen" >>"%1$s/settings-seen"
                  env | sed -n 's/=.*//p' >"%1$s/training-variables"
                  [ ! -e "%1$s/records" ] || echo "$*" | sed -n 's/.*training=//p' >"$(echo "$*" | sed 's/.*CacheOutput=//; s/ -Xlog.*//')"
                  exit 0 ;;
                esac
                echo "run: $seen" >>"%1$s/settings-seen"
                echo "ran by %2$s"
                echo "in $(pwd)"
                echo "$*"
                echo "variables: ${JAVA_TOOL_OPTIONS:-}${JAVA_TOOL_OPTIONS:+ }${JDK_JAVA_OPTIONS:-}"
                while [ "$1" != -jar ]; do shift; done
                shift 2
                printf '[%%s]\\n' "$@"
                [ "$1" = serve ] || exit 7
                """.formatted(project, where));
    }

    private void maven(String version) throws IOException {
        program(tools.resolve("mvn"), """
                #!/bin/sh
                if [ "$1" = -v ]; then echo "Apache Maven %2$s (x)"; exit 0; fi
                echo "$*" >>"%1$s/builds"
                [ ! -e "%1$s/broken" ] || exit 1
                case $* in
                  *-Pcheck*)
                    [ ! -e "%1$s/unformatted" ] || { echo "Some.java is not formatted"; exit 1; }
                    exit 0
                    ;;
                esac
                mkdir -p "%1$s/target/lib"
                touch "%1$s/target/tollgate.jar" "%1$s/target/lib/library.jar"
                echo "Tests run: 5"
                [ ! -e "%1$s/failing" ]
                """.formatted(project, version));
    }

    private Run launch(String... arguments) throws Exception {
        return launch(Map.of(), project, arguments);
    }

    private Run launch(Map<String, String> environment, Path where, String... arguments) throws Exception {
        return start(environment, where, project.resolve("tollgate"), arguments);
    }

    private Run start(Map<String, String> environment, Path where, Path launcher, String... arguments)
            throws Exception {
        Process process = begin(environment, where, launcher, arguments);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Run(process.exitValue(), text(process.getInputStream()), text(process.getErrorStream()));
    }

    private static String text(InputStream output) throws IOException {
        return new String(output.readAllBytes(), StandardCharsets.UTF_8);
    }

    private Process begin(Map<String, String> environment, Path where, Path launcher, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(where.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", tools.toString());
        builder.environment().put("HOME", home.toString());
        builder.environment().putAll(environment);
        return builder.start();
    }

    private static Path tool(String name) throws IOException {
        for (String folder : List.of("/usr/bin", "/bin")) {
            if (Files.exists(Path.of(folder, name))) {
                return Path.of(folder, name);
            }
        }
        throw new IOException("no " + name + " on this machine");
    }

    /** Where tests write depends on the machine. */
    private List<String> builds() throws IOException {
        try (Stream<String> lines = Files.lines(project.resolve("builds"))) {
            return lines.map(line -> line.replaceAll(" -Dtest\\.tmp=\\S+", "")).toList();
        }
    }

    /** Newer than everything, whatever the file system's grain. */
    private static void touch(Path file) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusMillis(5)));
    }

    /** Never through a link: those among the tools lead to the machine's own. */
    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(
                file,
                text,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS);
    }

    private static void program(Path file, String text) throws IOException {
        Path written = Files.createTempFile("program", null);
        write(written, text);
        Files.createDirectories(file.getParent());
        Programs.install(written, file);
        Files.delete(written);
    }
}
