package dev.tollgate.shipping;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import dev.tollgate.config.Settings;
import dev.tollgate.config.SettingsLoader;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
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

/** The files for Kubernetes, read strictly into its own types, and their numbers beside the program's. */
class KubernetesTest {

    private static final Path FOLDER = Path.of("deploy/kubernetes");
    private static final Map<String, Class<? extends HasMetadata>> KINDS = Map.of(
            "apps/v1 Deployment", Deployment.class,
            "v1 Service", Service.class,
            "v1 PersistentVolumeClaim", PersistentVolumeClaim.class,
            "networking.k8s.io/v1 NetworkPolicy", NetworkPolicy.class,
            "policy/v1 PodDisruptionBudget", PodDisruptionBudget.class,
            "batch/v1 Job", Job.class,
            "autoscaling/v2 HorizontalPodAutoscaler", HorizontalPodAutoscaler.class);

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
        JsonNode node = FILES.get(file);
        String kind =
                node.path("apiVersion").asString() + " " + node.path("kind").asString();
        assertThat(KINDS).as(file).containsKey(kind);
        // A word to the one who patches, not to Kubernetes.
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
                    .isSubsetOf("apiVersion", "kind", "resources", "configMapGenerator", "images", "patches");
            List<String> parts = new ArrayList<>();
            node.path("resources").forEach(it -> parts.add(it.asString()));
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

    @Test
    void a_pod_has_the_programs_port_probes_grace_and_user() throws IOException {
        PodSpec pod = object("base/deployment.yaml", Deployment.class)
                .getSpec()
                .getTemplate()
                .getSpec();
        Container container = pod.getContainers().getFirst();
        Map<String, String> variables = new HashMap<>();
        container.getEnv().forEach(it -> variables.put(it.getName(), it.getValue()));
        assertThat(variables.remove("TOLLGATE_CONFIG")).isEqualTo("/etc/tollgate/tollgate.yaml");
        variables.put("TOLLGATE_CONFIG", FOLDER.resolve("base/tollgate.yaml").toString());
        Settings settings = ArtefactsTest.settings(variables);
        assertThat(settings.timeouts().drain())
                .isGreaterThanOrEqualTo(settings.timeouts().call());
        assertThat(Duration.ofSeconds(pod.getTerminationGracePeriodSeconds())).isEqualTo(ArtefactsTest.grace(settings));
        assertThat(container.getPorts().getFirst().getContainerPort())
                .isEqualTo(SettingsLoader.load(Map.of(), Map.of()).port());

        for (Probe probe :
                List.of(container.getStartupProbe(), container.getReadinessProbe(), container.getLivenessProbe())) {
            assertThat(probe.getTimeoutSeconds()).isGreaterThanOrEqualTo(5);
        }
        assertThat(List.of(
                        container.getStartupProbe().getHttpGet().getPath(),
                        container.getReadinessProbe().getHttpGet().getPath(),
                        container.getLivenessProbe().getHttpGet().getPath()))
                .containsExactly("/health/startup", "/health/ready", "/health/live");
        assertThat(container.getLivenessProbe().getFailureThreshold()).isGreaterThanOrEqualTo(6);

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
        assertThat(object("base/service.yaml", Service.class).getSpec().getSelector())
                .isEqualTo(pods);
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
                .isGreaterThanOrEqualTo(settings.timeouts().drain());
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
        assertThat(Duration.ofSeconds(Long.parseLong(grace.substring(0, grace.length() - 1))))
                .isEqualTo(ArtefactsTest.grace(ArtefactsTest.settings(variables)));
        assertThat(service.path("ports").get(0).asString())
                .endsWith(":" + SettingsLoader.load(Map.of(), Map.of()).port());
        assertThat(service.path("read_only").asBoolean()).isTrue();
        assertThat(service.path("cap_drop").get(0).asString()).isEqualTo("ALL");
    }
}
