using Marketplace.Domain.Market.Placement;
using static Marketplace.UnitTests.Market.Placement.PlacementWorld;

namespace Marketplace.UnitTests.Market.Placement;

public class ProfileLearnerTests
{
    private static readonly Dictionary<NodeClass, int> Supply = new() { [EightA] = 1 };

    private readonly ProfileLearner _learner = new();

    [Fact]
    public void Profiles_are_due_at_1_and_64_and_then_after_half_as_many_again()
    {
        var due = new List<int>();
        for (var arrival = 1; arrival <= 500; arrival++)
        {
            _learner.Count(Slice(500));
            if (_learner.IsDue)
            {
                due.Add(arrival);
                _learner.Next(Supply);
            }
        }

        Assert.Equal([1, 64, 97, 146, 220, 331, 497], due);
    }

    [Fact]
    public void A_profile_is_of_all_arrivals_so_far_and_stays_as_it_is()
    {
        _learner.Count(Slice(500));
        var first = _learner.Next(Supply);
        _learner.Count(Slice(400));
        _learner.Count(Slice(400));

        Assert.Equal([(Slice(500), 1.0)], first.Types.Select(type => (type.Shape, type.Weight)));
        Assert.Equal([(Slice(400), 2 / 3.0), (Slice(500), 1 / 3.0)], _learner.Next(Supply).Types.Select(type => (type.Shape, type.Weight)));
        Assert.False(_learner.IsDue);
    }

    [Fact]
    public void The_rarest_shapes_are_forgotten_where_there_are_too_many()
    {
        for (var cpu = 0; cpu < ProfileLearner.MaxShapes; cpu++)
        {
            _learner.Count(Slice(1000, cpu));
        }

        _learner.Count(Slice(1000, ProfileLearner.MaxShapes - 1));
        _learner.Count(Slice(500));
        var kept = _learner.Next(Supply).Types;

        Assert.Equal(ProfileLearner.MaxShapes + 2, _learner.Arrivals);
        Assert.Equal(2.0 / ((ProfileLearner.MaxShapes / 2) + 2), kept[0].Weight);
        Assert.Equal([ProfileLearner.MaxShapes - 1, 0, 1], kept.Take(3).Select(type => type.Shape.CpuMilli));
    }

    [Fact]
    public void Who_remembers_the_last_arrivals_learns_from_those_alone()
    {
        var learner = new ProfileLearner(remembered: 100);
        var due = new List<int>();
        for (var arrival = 1; arrival <= 400; arrival++)
        {
            learner.Count(Slice(arrival <= 250 ? 500 : 400));
            if (learner.IsDue)
            {
                due.Add(arrival);
                learner.Next(Supply);
            }
        }

        Assert.Equal([1, 64, 97, 146, 197, 248, 299, 350], due.Take(8));
        Assert.Equal([(Slice(400), 1.0)], learner.Next(Supply).Types.Select(type => (type.Shape, type.Weight)));
        learner.Count(Slice(500));
        Assert.Equal([(Slice(400), 0.99), (Slice(500), 0.01)], learner.Next(Supply).Types.Select(type => (type.Shape, type.Weight)));
    }
}
