using System.Globalization;
using System.Text;
using Marketplace.Agent;

namespace Marketplace.UnitTests.Agent;

/// <summary>What npu-smi draws, by the shapes of table that it has for one and for several chips a card.</summary>
public sealed class SmiTableTests
{
    private const string OneChip =
        """
        +------------------------------------------------------------------------------------------------+
        | npu-smi 24.1.rc2                 Version: 24.1.rc2                                             |
        +---------------------------+---------------+----------------------------------------------------+
        | NPU   Name                | Health        | Power(W)    Temp(C)           Hugepages-Usage(page)|
        | Chip                      | Bus-Id        | AICore(%)   Memory-Usage(MB)  HBM-Usage(MB)        |
        +===========================+===============+====================================================+
        | 0     910B3               | OK            | 92.1        36                0    / 0             |
        | 0                         | 0000:C1:00.0  | 0           0    / 0          3161 / 65536         |
        +===========================+===============+====================================================+
        | 5     910B3               | Alarm         | 310         71                15   / 15            |
        | 0                         | 0000:01:00.0  | 87          0    / 0          60161/ 65536         |
        +===========================+===============+====================================================+
        +---------------------------+---------------+----------------------------------------------------+
        | NPU     Chip              | Process id    | Process name             | Process memory(MB)      |
        +===========================+===============+====================================================+
        | No running processes found in NPU 0                                                            |
        | 5       0                 | 4711          | python3                  | 57000                   |
        +===========================+===============+====================================================+

        """;

    private const string SeveralChips =
        """
        +--------------------------------------------------------------------------------------------------------+
        | npu-smi 23.0.0                                   Version: 23.0.0                                       |
        +-------------------------------+-----------------+------------------------------------------------------+
        | NPU     Name                  | Health          | Power(W)     Temp(C)           Hugepages-Usage(page) |
        | Chip    Device                | Bus-Id          | AICore(%)    Memory-Usage(MB)                        |
        +===============================+=================+======================================================+
        | 2       310P3                 | OK              | NA           44                0     / 0             |
        | 0       0                     | 0000:01:00.0    | 12           1512 / 44280                            |
        | 2       310P3                 | Warning         | NA           45                0     / 0             |
        | 1       1                     | 0000:01:00.0    | NA           1512 / 44280                            |
        +===============================+=================+======================================================+

        """;

    [Theory]
    [InlineData(OneChip, "0 0 92.1 ok; 5 87 310 ill")]
    [InlineData(SeveralChips, "0 12 - ok; 1 - - ill")]
    public void Cards_are_read_by_the_places_of_the_heads_words(string table, string expected)
    {
        Assert.True(SmiTable.IsOne(Encoding.UTF8.GetBytes(table)));
        Assert.Equal(expected, string.Join("; ", Read(table).Select(card => string.Create(CultureInfo.InvariantCulture,
            $"{card.Index} {card.Busy?.ToString(CultureInfo.InvariantCulture) ?? "-"} {card.Watts?.ToString(CultureInfo.InvariantCulture) ?? "-"} {(card.Healthy ? "ok" : "ill")}"))));
    }

    [Theory]
    [InlineData("910B3               | OK  ", "x                   | OK  ", false)]
    [InlineData("| 5     910B3", "| five  910B3", true)]
    [InlineData("| 5     910B3", "| 0     910B3", true)]
    [InlineData("| Chip ", "| Core ", true)]
    public void What_cant_be_read_is_no_sample(string part, string instead, bool isRefused)
    {
        var table = OneChip.Replace(part, instead, StringComparison.Ordinal);
        if (isRefused)
        {
            Assert.Throws<FormatException>(() => Read(table));
        }
        else
        {
            Assert.Equal(2, Read(table).Count);
        }
    }

    [Fact]
    public void Csv_is_no_table() => Assert.False(SmiTable.IsOne("index, utilization.gpu [%]\n0, 1 %\n"u8));

    private static IReadOnlyList<CardState> Read(string table) => SmiTable.Read(new MemoryStream(Encoding.UTF8.GetBytes(table)));
}
