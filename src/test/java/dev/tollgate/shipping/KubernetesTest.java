package dev.tollgate.shipping;

import static dev.tollgate.testing.Asserts.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import dev.tollgate.base.config.ServerSettings;
import dev.tollgate.base.config.Settings;
import dev.tollgate.base.config.TrafficSettings;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRule;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The files for Kubernetes, read strictly into its own types, and their numbers compared with the program's. */
class KubernetesTest {

    private static final Path FOLDER = Path.of("deploy/kubernetes");
    private static final Map<String, Class<? extends HasMetadata>> KINDS = Map.of(
            "apps/v1 Deployment", Deployment.class,
            "v1 Service", Service.class,
            "v1 PersistentVolumeClaim", PersistentVolumeClaim.class,
            "networking.k8s.io/v1 NetworkPolicy", NetworkPolicy.class,
            "policy/v1 PodDisruptionBudget", PodDisruptionBudget.class,
            "batch/v1 Job", Job.class,
            "autoscaling/v2 HorizontalPodAutoscaler", HorizontalPodAutoscaler.class,
            "networking.k8s.io/v1 Ingress", Ingress.class);

    private static final ObjectMapper STRICT = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .setAnnotationIntrospector(new JacksonAnnotationIntrospector() {
                /** The types would take what they do not know. */
                @Override
                public Boolean hasAnySetter(Annotated annotated) {
                    return false;
                }
            });

    private static final Map<String, JsonNode> FILES = new TreeMap<>();
    private static final Map<String, HasMetadata> OBJECTS = new TreeMap<>();

    @BeforeAll
    static void read() throws IOException {
        try (Stream<Path> all = Files.walk(FOLDER)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                JsonNode node = new YAMLMapper().readTree(Files.readString(file));
                FILES.put(FOLDER.relativize(file).toString(), node);
            }
        }
    }

    private static HasMetadata object(String file) throws IOException {
        return strict(FILES.get(file));
    }

    /** Fails where it has a field that Kubernetes does not know. */
    static HasMetadata strict(JsonNode node) throws IOException {
        String kind =
                node.path("apiVersion").asString() + " " + node.path("kind").asString();
        assertThat(KINDS).containsKey(kind);
        // A directive for the patch, not for Kubernetes.
        String json = node.toString().replace("\"$patch\":\"replace\",", "");
        return STRICT.readValue(json, KINDS.get(kind));
    }

    private static <T> T object(String file, Class<T> type) throws IOException {
        return type.cast(object(file));
    }

    private static boolean isObject(String file) {
        return !file.endsWith("kustomization.yaml") && !file.endsWith("tollgate.yaml");
    }

    @Test
    void every_file_has_only_fields_that_kubernetes_knows() throws IOException {
        for (String file : FILES.keySet()) {
            if (isObject(file)) {
                OBJECTS.put(file, object(file));
            }
        }
        assertThat(OBJECTS).hasSizeGreaterThanOrEqualTo(8);
        assertThat(OBJECTS.values()).allMatch(it -> it.getMetadata().getName().startsWith("tollgate"));
    }

    @Test
    void every_kustomization_names_files_that_are_there_and_every_file_is_named() throws IOException {
        List<String> named = new ArrayList<>();
        for (Map.Entry<String, JsonNode> file : FILES.entrySet()) {
            if (!file.getKey().endsWith("kustomization.yaml")) {
                continue;
            }
            Path folder = FOLDER.resolve(file.getKey()).getParent();
            JsonNode node = file.getValue();
            assertThat(node.propertyNames())
                    .isSubsetOf(
                            "apiVersion", "kind", "resources", "components", "configMapGenerator", "images", "patches");
            List<String> parts = new ArrayList<>();
            node.path("resources").forEach(it -> parts.add(it.asString()));
            node.path("components").forEach(it -> parts.add(it.asString()));
            node.path("patches").forEach(it -> parts.add(it.path("path").asString()));
            node.path("configMapGenerator").forEach(map -> map.path("files").forEach(it -> parts.add(it.asString())));
            for (String part : parts) {
                Path there = folder.resolve(part).normalize();
                assertThat(there).as(file.getKey()).exists();
                if (Files.isRegularFile(there)) {
                    named.add(FOLDER.relativize(there).toString());
                } else {
                    assertThat(there.resolve("kustomization.yaml")).exists();
                }
            }
        }
        assertThat(FILES.keySet().stream().filter(it -> !it.endsWith("kustomization.yaml")))
                .containsExactlyInAnyOrderElementsOf(named);
    }

    /** @param file the settings of the pod @return what the program makes of them and of the pod's variables */
    static Settings assertFitsTheProgram(PodSpec pod, Path file) {
        Container container = pod.getContainers().getFirst();
        Map<String, String> variables = new HashMap<>();
        container.getEnv().forEach(it -> variables.put(it.getName(), it.getValue()));
        assertThat(variables.remove("TOLLGATE_CONFIG")).isEqualTo("/etc/tollgate/tollgate.yaml");
        variables.put("TOLLGATE_CONFIG", file.toString());
        Settings settings = ArtefactsTest.settings(variables);
        assertThat(settings.get(TrafficSettings.DRAIN)).isGreaterThanOrEqualTo(settings.get(TrafficSettings.CALL));
        assertThat(Duration.ofSeconds(pod.getTerminationGracePeriodSeconds())).isEqualTo(ArtefactsTest.grace(settings));
        Map<String, Integer> ports = new HashMap<>();
        container.getPorts().forEach(it -> ports.put(it.getName(), it.getContainerPort()));
        assertThat(settings.find(ServerSettings.ADMIN_LISTEN)).isNotNull();
        assertThat(settings.find(ServerSettings.ADMIN_LISTEN).host()).isEqualTo("0.0.0.0");
        assertThat(ports)
                .isEqualTo(Map.of(
                        "http",
                        settings.get(ServerSettings.PORT),
                        "admin",
                        settings.find(ServerSettings.ADMIN_LISTEN).port()));

        for (Probe probe :
                List.of(container.getStartupProbe(), container.getReadinessProbe(), container.getLivenessProbe())) {
            assertThat(probe.getTimeoutSeconds()).isGreaterThanOrEqualTo(5);
            assertThat(probe.getHttpGet().getPort().getStrVal()).isEqualTo("admin");
        }
        assertThat(List.of(
                        container.getStartupProbe().getHttpGet().getPath(),
                        container.getReadinessProbe().getHttpGet().getPath(),
                        container.getLivenessProbe().getHttpGet().getPath()))
                .containsExactly("/health/startup", "/health/ready", "/health/live");
        assertThat(container.getLivenessProbe().getFailureThreshold()).isGreaterThanOrEqualTo(6);
        return settings;
    }

    /** Metrics and the operator's routes are reachable at the program's own address, and not through the ingress. */
    static void assertIsForScrapersAlone(Settings settings, Service service, NetworkPolicy policy) {
        assertThat(service.getSpec().getPorts()).hasSize(1);
        assertThat(service.getSpec().getPorts().getFirst().getPort())
                .isEqualTo(settings.find(ServerSettings.ADMIN_LISTEN).port());
        assertThat(service.getSpec().getPorts().getFirst().getTargetPort().getStrVal())
                .isEqualTo("admin");
        // So that each pod is found, and those that are in trouble before all.
        assertThat(service.getSpec().getClusterIP()).isEqualTo("None");
        assertThat(service.getSpec().getPublishNotReadyAddresses()).isTrue();
        for (NetworkPolicyIngressRule rule : policy.getSpec().getIngress()) {
            assertThat(rule.getPorts()).hasSize(1);
            switch (rule.getPorts().getFirst().getPort().getStrVal()) {
                case "http" -> assertThat(rule.getFrom()).isEmpty();
                case "admin" -> assertThat(rule.getFrom()).isNotEmpty();
                default -> throw new AssertionError(rule);
            }
        }
        assertThat(policy.getSpec().getIngress()).hasSize(2);
    }

    @Test
    void a_pod_has_the_programs_port_probes_grace_and_user() throws IOException {
        PodSpec pod = object("base/deployment.yaml", Deployment.class)
                .getSpec()
                .getTemplate()
                .getSpec();
        assertFitsTheProgram(pod, FOLDER.resolve("base/tollgate.yaml"));
        Container container = pod.getContainers().getFirst();
        String user = ArtefactsTest.value(Path.of("deploy/container/Containerfile"), "^USER (\\d+):");
        assertThat(pod.getSecurityContext().getRunAsUser()).hasToString(user);
        assertThat(pod.getSecurityContext().getFsGroup()).hasToString(user);
        assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
        assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
        assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
        assertThat(container.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
        assertThat(container.getVolumeMounts()).extracting("mountPath").contains("/data", "/tmp");
    }

    @Test
    void metrics_and_the_operators_routes_are_for_who_looks_after_the_servers() throws IOException {
        PodSpec pod = object("base/deployment.yaml", Deployment.class)
                .getSpec()
                .getTemplate()
                .getSpec();
        assertIsForScrapersAlone(
                assertFitsTheProgram(pod, FOLDER.resolve("base/tollgate.yaml")),
                object("base/admin.yaml", Service.class),
                object("base/networkpolicy.yaml", NetworkPolicy.class));
        assertThat(object("base/service.yaml", Service.class).getSpec().getPorts())
                .extracting(port -> port.getTargetPort().getStrVal())
                .containsExactly("http");
    }

    @Test
    void service_policy_and_budget_mean_the_pods_that_serve_and_no_others() throws IOException {
        Map<String, String> pods = object("base/deployment.yaml", Deployment.class)
                .getSpec()
                .getTemplate()
                .getMetadata()
                .getLabels();
        assertThat(object("base/deployment.yaml", Deployment.class)
                        .getSpec()
                        .getSelector()
                        .getMatchLabels())
                .isEqualTo(pods);
        for (String service : List.of("base/service.yaml", "base/admin.yaml")) {
            assertThat(object(service, Service.class).getSpec().getSelector()).isEqualTo(pods);
        }
        assertThat(object("base/networkpolicy.yaml", NetworkPolicy.class)
                        .getSpec()
                        .getPodSelector()
                        .getMatchLabels())
                .isEqualTo(pods);
        assertThat(object("overlays/postgresql/disruption.yaml", PodDisruptionBudget.class)
                        .getSpec()
                        .getSelector()
                        .getMatchLabels())
                .isEqualTo(pods);
        Job job = object("overlays/postgresql/migrate.yaml", Job.class);
        assertThat(job.getSpec().getTemplate().getMetadata().getLabels())
                .isNotEmpty()
                .isNotEqualTo(pods);
        assertThat(job.getSpec()
                        .getTemplate()
                        .getSpec()
                        .getContainers()
                        .getFirst()
                        .getArgs())
                .containsExactly("migrate");
    }

    @Test
    void pods_go_one_at_a_time_and_give_their_calls_the_time_they_have() throws IOException {
        HorizontalPodAutoscaler scaler = object("overlays/hpa/autoscaler.yaml", HorizontalPodAutoscaler.class);
        var down = scaler.getSpec().getBehavior().getScaleDown();
        assertThat(down.getPolicies()).hasSize(1);
        assertThat(down.getPolicies().getFirst().getValue()).isOne();
        Settings settings = ArtefactsTest.settings(Map.of("TOLLGATE_TIMEOUTS_DRAIN", "15m"));
        assertThat(Duration.ofSeconds(down.getPolicies().getFirst().getPeriodSeconds()))
                .isGreaterThanOrEqualTo(settings.get(TrafficSettings.DRAIN));
        assertThat(object("overlays/postgresql/disruption.yaml", PodDisruptionBudget.class)
                        .getSpec()
                        .getMaxUnavailable()
                        .getIntVal())
                .isOne();
        assertThat(object("overlays/sqlite/deployment.yaml", Deployment.class)
                        .getSpec()
                        .getStrategy()
                        .getType())
                .isEqualTo("Recreate");
    }

    @Test
    void compose_gives_calls_their_time_and_takes_what_the_program_need_not_have() throws IOException {
        JsonNode service = new YAMLMapper()
                .readTree(Files.readString(Path.of("deploy/compose/compose.yaml")))
                .path("services")
                .path("tollgate");
        Map<String, String> variables = new HashMap<>();
        service.path("environment")
                .properties()
                .forEach(it -> variables.put(it.getKey(), it.getValue().asString()));
        variables.remove("GEMINI_API_KEY");
        String grace = service.path("stop_grace_period").asString();
        Settings settings = ArtefactsTest.settings(variables);
        assertThat(Duration.ofSeconds(Long.parseLong(grace.substring(0, grace.length() - 1))))
                .isEqualTo(ArtefactsTest.grace(settings));
        List<String> ports = new ArrayList<>();
        service.path("ports").forEach(it -> ports.add(it.asString()));
        assertThat(settings.find(ServerSettings.ADMIN_LISTEN)).isNotNull();
        assertThat(ports)
                .containsExactly(
                        "127.0.0.1:%1$d:%1$d".formatted(settings.get(ServerSettings.PORT)),
                        "127.0.0.1:%1$d:%1$d"
                                .formatted(settings.find(ServerSettings.ADMIN_LISTEN)
                                        .port()));
        assertThat(service.path("image").asString())
                .isEqualTo("tollgate:" + ArtefactsTest.value(Path.of("pom.xml"), "^  <version>(.*)</version>$"));
        assertThat(service.path("read_only").asBoolean()).isTrue();
        assertThat(service.path("cap_drop").get(0).asString()).isEqualTo("ALL");
    }

    /** A stop ends with 143, which an engine that starts takes for a failure. */
    @Test
    void an_engine_starts_what_ran_and_leaves_what_was_stopped() throws IOException {
        String compose = Files.readString(Path.of("deploy/compose/compose.yaml"));
        assertThat(compose).contains("\n    restart: unless-stopped\n");
        String page = Files.readString(Path.of("docs/install.md"));
        assertThat(page.lines().filter(it -> it.startsWith("    docker run -d ")))
                .isNotEmpty()
                .allMatch(it -> it.contains(" --restart unless-stopped "));
    }
}
