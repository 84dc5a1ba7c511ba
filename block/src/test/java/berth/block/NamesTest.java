package berth.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
    @ParameterizedTest
    @ValueSource(strings = {"a", "a b", "\u00e4", "\ud83d\ude80", "."})
    void namesOfAnyLanguage(String name) {
        assertThat(Names.check("image", name)).isEqualTo(name);
    }

    @Test
    void namesThatAreNone() {
        for (String name :
                new String[] {"", "a/b", "a@b", "a\nb", "\ud83d", "x\ude80", "\ude80\ud83d", "a".repeat(1025)}) {
            assertThatThrownBy(() -> Names.check("image", name))
                    .isInstanceOfSatisfying(
                            BlockException.class, e -> assertThat(e.problem()).isEqualTo(Problem.INVALID_ARGUMENT));
        }
    }

    @Test
    void aPoolMayNameOneNamespace() {
        assertThat(new ImageSpec("vms/tenant", "disk")).hasToString("vms/tenant/disk");
        for (String pool : new String[] {"vms/", "/tenant", "vms/a/b", "vms/a@b"}) {
            assertThatThrownBy(() -> new ImageSpec(pool, "disk"))
                    .isInstanceOfSatisfying(
                            BlockException.class, e -> assertThat(e.problem()).isEqualTo(Problem.INVALID_ARGUMENT));
        }
    }
}
