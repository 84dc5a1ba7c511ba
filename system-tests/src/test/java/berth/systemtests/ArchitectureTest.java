package berth.systemtests;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The arrows between the modules are those of the table in ARCHITECTURE.md. */
class ArchitectureTest {
    /** Each module with those that it may use itself; {@code posix} holds the errno that every failure carries. */
    private static final Map<String, List<String>> MAY_USE = new LinkedHashMap<>();

    static {
        MAY_USE.put("posix", List.of());
        MAY_USE.put("block", List.of("posix"));
        MAY_USE.put("nbd", List.of("posix", "block"));
        MAY_USE.put("http", List.of("posix", "block"));
        MAY_USE.put("source", List.of("posix", "block", "nbd"));
        MAY_USE.put("local", List.of("posix", "block"));
        MAY_USE.put("ceph", List.of("posix", "block"));
        MAY_USE.put("migration", List.of("posix", "block", "source"));
        MAY_USE.put("libvirt", List.of("posix", "block"));
        MAY_USE.put("cloud", List.of("posix", "block", "source", "migration", "libvirt", "ceph"));
        MAY_USE.put("server", new ArrayList<>(MAY_USE.keySet()));
        MAY_USE.put("cli", new ArrayList<>(MAY_USE.keySet()));
    }

    private static JavaClasses program;

    @BeforeAll
    static void readClasses() {
        program = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("berth");
    }

    @Test
    void modulesUseOnlyThoseAboveThem() {
        LayeredArchitecture modules = layeredArchitecture().consideringOnlyDependenciesInLayers();
        for (String module : MAY_USE.keySet()) {
            modules = modules.layer(module).definedBy("berth." + module + "..");
        }
        for (Map.Entry<String, List<String>> entry : MAY_USE.entrySet()) {
            String[] allowed = entry.getValue().toArray(String[]::new);
            modules = allowed.length == 0
                    ? modules.whereLayer(entry.getKey()).mayNotAccessAnyLayer()
                    : modules.whereLayer(entry.getKey()).mayOnlyAccessLayers(allowed);
        }
        modules.check(program);
    }

    @Test
    void everyModuleOfTheProgramHasItsRow() {
        assertThat(program.stream()
                        .map(type -> type.getPackageName().split("\\.", 3)[1])
                        .distinct())
                .containsExactlyInAnyOrderElementsOf(MAY_USE.keySet());
    }

    @Test
    void modulesHaveNoCycles() {
        SlicesRuleDefinition.slices()
                .matching("berth.(*)..")
                .should()
                .beFreeOfCycles()
                .check(program);
    }
}
